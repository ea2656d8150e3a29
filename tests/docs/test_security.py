"""SECURITY.md: every statement names a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    line
    for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.endswith("| test |")
]


def test_has_statements() -> None:
    """The page has a row for each statement."""
    assert 30 <= len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_statement_names_its_test(row: str) -> None:
    """The last cell is a test file, or one test in it."""
    cell = re.search(r"\| `(tests/[\w/]+\.py)(?:::(test_\w+))?` \|$", row)
    assert cell, row
    content = (ROOT / cell[1]).read_text(encoding="utf-8")

    assert f"def {cell[2] or 'test_'}" in content
