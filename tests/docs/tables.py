"""Generate the tables in docs/fake.md and docs/magic-ids.md from the tables of the code.

python tests/docs/tables.py [--write]
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES
from smartflo_contract.mock_server.faults.tables import fault_tables
from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows, magic_rows

DOCS: Final = Path(__file__).parents[2] / "docs"
SCOPES: Final = {"fake": "the fake", "all": "an account, or all accounts", "one": "an account"}
MAGIC_COLUMNS: Final = ("list id", "response", "evidence")


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is code."""
    lines = "".join(f"| `{name}` | {' | '.join(cells)} |\n" for name, *cells in rows)
    return f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n{lines}"


def tables() -> Mapping[tuple[str, str], str]:
    """Return the generated tables by page and marker."""
    edge = edge_case_rows()
    faults, settings = fault_tables()
    admin = [(route.name, route.summary, SCOPES[route.scope]) for route in ADMIN_ROUTES]
    return {
        ("magic-ids.md", "magic"): markdown(MAGIC_COLUMNS, [row for row in magic_rows() if row not in edge]),
        ("magic-ids.md", "edge"): markdown(MAGIC_COLUMNS, edge),
        ("fake.md", "admin"): markdown(("request", "action", "applies to"), admin),
        ("fake.md", "faults"): markdown(faults.columns, faults.rows),
        ("fake.md", "fault settings"): markdown(settings.columns, settings.rows),
    }


def published(page: str, marker: str) -> str:
    """Return the text between two markers of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return text.partition(f"<!-- {marker}:begin -->")[2].partition(f"<!-- {marker}:end -->")[0]


def write() -> None:
    """Replace the tables of the pages."""
    for (page, marker), table in tables().items():
        path = DOCS / page
        begin, end = f"<!-- {marker}:begin -->", f"<!-- {marker}:end -->"
        block = f"{begin}{table}{end}"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(f"{begin}.*?{end}", lambda _: block, text, flags=re.DOTALL), encoding="utf-8")  # noqa: B023


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        print(*(f"{page}, {marker}:{table}" for (page, marker), table in tables().items()), sep="\n")  # noqa: T201
