"""What the tests of the contract share."""

import json
from importlib.resources import files
from typing import Any

import pytest


@pytest.fixture(name="sample")
def _sample() -> list[dict[str, Any]]:
    """The vendor's sample response."""
    text = files("smartflo_contract.schemas").joinpath("sample.json").read_text(encoding="utf-8")
    body: list[dict[str, Any]] = json.loads(text)
    return body
