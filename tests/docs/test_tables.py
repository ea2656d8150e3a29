"""The tables of magic list ids, faults and admin routes in the docs are those of the code."""

from dataclasses import fields

import pytest

from smartflo_contract.mock_server import Fault
from smartflo_contract.mock_server.faults.tables import fault_tables

from .tables import published, tables


@pytest.mark.parametrize(("page", "marker"), tables())
def test_table_is_generated(page: str, marker: str) -> None:
    """A table in the docs is what `python tests/docs/tables.py --write` generates."""
    assert tables()[page, marker] == published(page, marker)


def test_table_of_fault_settings_is_complete() -> None:
    """Every attribute of a fault but its steps has a row."""
    _, settings = fault_tables()
    assert ["steps", *(row[0] for row in settings.rows)] == [field.name for field in fields(Fault)]
