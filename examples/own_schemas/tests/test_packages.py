"""The project's packages and those of smartflo-contract have the same last names, and are not the same."""

from importlib import import_module
from pathlib import Path

import pytest
from schemas import CUSTOMER_SCHEMA

from smartflo_contract.schemas import load_contract

PROJECT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["schemas", "strategies", "mock_server", "pytest_plugin"])
def test_each_package_is_itself(name: str) -> None:
    """A top-level name is this project's; smartflo-contract's packages are below ``smartflo_contract`` only."""
    ours, theirs = import_module(name), import_module(f"smartflo_contract.{name}")

    assert Path(str(ours.__file__)).is_relative_to(PROJECT / name)
    assert ours is not theirs


def test_both_are_of_use_in_one_module() -> None:
    """A contract of one package and a schema of the other, imported side by side."""
    assert "lead_id" in CUSTOMER_SCHEMA["required"]
    assert load_contract("sample", PROJECT / "overlay.json").is_valid([])
