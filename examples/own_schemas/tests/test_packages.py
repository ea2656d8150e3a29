"""The project's packages and those of smartflo-contract have the same names, and do not collide."""

from importlib import import_module
from pathlib import Path

import pytest
from schemas import CUSTOMER_SCHEMA

from smartflo_contract.schemas import load_contract

PROJECT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["schemas", "strategies", "mock_server", "pytest_plugin"])
def test_name_imports_right_package(name: str) -> None:
    """A top-level name is this project's; smartflo-contract's packages are below ``smartflo_contract`` only."""
    ours, theirs = import_module(name), import_module(f"smartflo_contract.{name}")

    assert Path(str(ours.__file__)).is_relative_to(PROJECT / name)
    assert ours is not theirs


def test_one_module_can_use_both() -> None:
    """A module can import the contract of one package and a schema of the other."""
    assert "lead_id" in CUSTOMER_SCHEMA["required"]
    assert load_contract("sample", PROJECT / "overlay.json").is_valid([])
