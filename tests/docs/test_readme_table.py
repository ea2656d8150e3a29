"""The tables of magic list ids in the README, and of the admin API in docs/fake.md, are made from the code."""

from collections.abc import Iterable
from pathlib import Path

from smartflo_contract.mock_server._magic import MagicRow, edge_rows, magic_rows
from smartflo_contract.mock_server.admin._routes import ADMIN_ROUTES, PREFIX

ROOT = Path(__file__).parents[2]
ABOUT = {"nobody": "the fake", "all": "an account, or all", "one": "an account"}


def table(rows: Iterable[MagicRow]) -> str:
    """Return a table as it stands between its markers."""
    lines = "".join(f"| `{row.ids}` | {row.answer} | {row.evidence} |\n" for row in rows)
    return f"\n| list id | answers | evidence |\n|---|---|---|\n{lines}"


def shown(name: str, page: str = "README.md") -> str:
    """Return what stands between two markers of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
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


def test_admin_routes_are_those_of_the_code() -> None:
    """So is the table of the admin API."""
    rows = "".join(
        f"| `{one.method} {PREFIX}{one.path}` | {one.summary} | {ABOUT[one.about]} |\n" for one in ADMIN_ROUTES
    )

    assert f"\n| request | does | speaks of |\n|---|---|---|\n{rows}" == shown("admin", "docs/fake.md")
