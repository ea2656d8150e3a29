"""The tables of magic list ids in the README are made from the code."""

from collections.abc import Iterable
from pathlib import Path

from smartflo_contract.mock_server._magic import MagicRow, edge_rows, magic_rows

README = Path(__file__).parents[2] / "README.md"


def table(rows: Iterable[MagicRow]) -> str:
    """Return a table as it stands between its markers."""
    lines = "".join(f"| `{row.ids}` | {row.answer} | {row.evidence} |\n" for row in rows)
    return f"\n| list id | answers | evidence |\n|---|---|---|\n{lines}"


def shown(name: str) -> str:
    """Return what stands between two markers of the README."""
    text = README.read_text(encoding="utf-8")
    return text.partition(f"<!-- {name}:begin -->")[2].partition(f"<!-- {name}:end -->")[0]


def test_magic_ids_are_those_of_the_code() -> None:
    """The table in the README is the code's; on failure, paste the expected text between the markers."""
    edge = edge_rows()
    expected = table(row for row in magic_rows() if row not in edge)

    assert expected == shown("magic")


def test_edge_cases_are_those_of_the_code() -> None:
    """So is the table of edge cases, below the other."""
    expected = table(edge_rows())

    assert expected == shown("edge")
