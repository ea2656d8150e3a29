"""What the tests of the contract share."""

import json
from importlib.resources import files
from typing import Any

import pytest

from smartflo_contract.schemas import Contract, load_contract


@pytest.fixture(name="profile", params=["sample", "documented", "lenient"])
def _profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="contract")
def _contract(profile: str) -> Contract:
    return load_contract(profile)


@pytest.fixture(name="sample")
def _sample() -> list[dict[str, Any]]:
    """The vendor's sample response."""
    text = files("smartflo_contract.schemas").joinpath("sample.json").read_text(encoding="utf-8")
    body: list[dict[str, Any]] = json.loads(text)
    return body
