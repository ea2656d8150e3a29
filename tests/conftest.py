"""Settings that every test runs under, and fixtures that several rooms share."""

import pytest
from hypothesis import settings

from smartflo_contract.schemas import Contract, load_contract

# The same examples in every run, without a folder of earlier ones: a test fails for everybody or for nobody.
settings.register_profile("smartflo", derandomize=True, database=None, deadline=None, max_examples=100)
settings.load_profile("smartflo")


@pytest.fixture(name="profile", params=["sample", "documented", "lenient"])
def _profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="contract")
def _contract(profile: str) -> Contract:
    return load_contract(profile)
