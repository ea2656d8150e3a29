"""Settings that every test runs under, and fixtures that several rooms share."""

import os

import pytest
from hypothesis import settings

from smartflo_contract.schemas import Contract, load_contract

# The same examples in every run, without a folder of earlier ones: a test fails for everybody or for nobody.
# Where coverage is measured, an example takes twice as long, so `.ci/run` has fewer.
EXAMPLES = int(os.environ.get("EXAMPLES_OF_A_PROPERTY", "100"))
settings.register_profile("smartflo", derandomize=True, database=None, deadline=None, max_examples=EXAMPLES)
settings.load_profile("smartflo")


@pytest.fixture(name="profile", params=["sample", "documented", "lenient"])
def _profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="contract")
def _contract(profile: str) -> Contract:
    return load_contract(profile)
