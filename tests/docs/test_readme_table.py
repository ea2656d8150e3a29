"""The tables of magic list ids in the README, and of faults and the admin API in docs/fake.md, are the code's."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from smartflo_contract.mock_server import Fault
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES, PREFIX
from smartflo_contract.mock_server.faults.tables import FAULT_COLUMNS, SETTING_COLUMNS, fault_rows, setting_rows
from smartflo_contract.mock_server.lists.magic_ids import MagicRow, edge_rows, magic_rows

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

    assert f"\n| request | does | is about |\n|---|---|---|\n{rows}" == shown("admin", "docs/fake.md")


def code_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column is code."""
    lines = "".join(f"| `{name}` | {' | '.join(cells)} |\n" for name, *cells in rows)
    return f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n{lines}"


def test_faults_are_those_of_the_code() -> None:
    """So is the table of faults, which a test of the fake holds to what becomes of a write."""
    assert code_table(FAULT_COLUMNS, fault_rows()) == shown("faults", "docs/fake.md")


def test_settings_of_faults_are_those_of_the_code() -> None:
    """So is the table of what a rule may say, with the defaults; it leaves out the steps alone."""
    names = [row[0] for row in setting_rows()]

    assert ["steps", *names] == [one.name for one in fields(Fault)]
    assert code_table(SETTING_COLUMNS, setting_rows()) == shown("fault settings", "docs/fake.md")
