"""Hypothesis settings of all tests, and fixtures that several folders share."""

import os
import shutil
from typing import Final

import pytest
from hypothesis import settings

from smartflo_contract.schemas import Contract, load_contract

# The same examples in every run, without a database of earlier ones: a test fails for everybody or for nobody.
# `.ci/run` repeats the tests with 100 examples.
EXAMPLES = int(os.environ.get("EXAMPLES_OF_A_PROPERTY", "20"))
settings.register_profile("smartflo", derandomize=True, database=None, deadline=None, max_examples=EXAMPLES)
settings.load_profile("smartflo")


BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(name="browser", scope="session")
def _browser() -> str:
    """Return the path of a browser. Without one, tests of pages fail and are not skipped."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert browser is not None, f"install one of {', '.join(BROWSERS)}: the tests of pages need a browser"
    return browser


@pytest.fixture(name="profile", params=["sample", "documented", "lenient"])
def _profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="contract")
def _contract(profile: str) -> Contract:
    return load_contract(profile)
