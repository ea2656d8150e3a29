"""What the tests of the factories share."""

import pytest

from smartflo_contract.schemas import Contract, load_contract


@pytest.fixture(name="profile", params=["sample", "documented", "lenient"])
def _profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="contract")
def _contract(profile: str) -> Contract:
    return load_contract(profile)
