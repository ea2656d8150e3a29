"""Generate the tables in docs/fake.md, docs/magic-ids.md and docs/dialling.md from the tables of the code.

python tests/docs/tables.py [--write]
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES
from smartflo_contract.mock_server.config.dialling_model import DiallingModel, Outcome, default_model
from smartflo_contract.mock_server.faults.tables import fault_tables
from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows, magic_rows

DOCS: Final = Path(__file__).parents[2] / "docs"
SCOPES: Final = {"fake": "the fake", "all": "an account, or all accounts", "one": "an account"}
MAGIC_COLUMNS: Final = ("list id", "response", "evidence")


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is code."""
    lines = "".join(f"| `{name}` | {' | '.join(cells)} |\n" for name, *cells in rows)
    return f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n{lines}"


def dialling_table(model: DiallingModel) -> str:
    """Return the outcomes of a call as a table."""
    columns = ("outcome", "`dial_status`", "share", "rings", "talk", "wrap-up", "dispositions")
    rows = []
    for outcome in model.outcomes:
        seconds = [f"{low // 1_000} to {high // 1_000} s" for low, high in _durations(outcome)]
        seconds += ["-"] * (3 - len(seconds))
        names = ", ".join(
            f"{item.name} ({item.id}) {_share(item.weight, outcome.dispositions)}" for item in outcome.dispositions
        )
        rows.append((outcome.name, str(outcome.dial_status), _share(outcome.weight, model.outcomes), *seconds, names))
    return markdown(columns, rows)


def dialling_picture(model: DiallingModel) -> str:
    """Return the states of a lead with their probabilities, as text."""
    lines = ["New ─ its turn ─┬─ on a DND list of the account ── Account DND (9, -2), not called"]
    refused = (
        ("public DND list", model.public_dnd_share, "DND (5, -3)"),
        ("block list", model.block_list_share, "Failed (8, -7)"),
    )
    lines += [f"                ├─ {share:.0%} on the {name} ── {state}, not called" for name, share, state in refused]
    lines.append("                └─ call ─┬")
    for outcome in model.outcomes:
        share = f"{_share(outcome.weight, model.outcomes):>4}"
        corner = "└" if outcome is model.outcomes[-1] else "├"
        state = f"{outcome.name} ({outcome.dial_status}"
        if outcome.is_answered:
            rest = f"{state}, -1) ── {1 - model.undisposed_share:.0%} disposed ── {state}, disposition)"
        else:
            ids = " or ".join(str(item.id) for item in outcome.dispositions)
            rest = f"{state}, {ids}) ── retries left: call again"
        lines.append(f"                         {corner}─ {share} ─ {rest}")
    return "\n```text\n" + "\n".join(lines) + "\n```\n"


def _durations(outcome: Outcome) -> list[tuple[int, int]]:
    return [outcome.ring_ms, outcome.talk_ms, outcome.wrap_up_ms] if outcome.is_answered else [outcome.ring_ms]


def _share(weight: float, options: Sequence[Any]) -> str:
    """Return a weight as a share of the weights of all options."""
    return f"{weight / sum(option.weight for option in options):.0%}"


def tables() -> Mapping[tuple[str, str], str]:
    """Return the generated tables by page and marker."""
    edge = edge_case_rows()
    faults, settings = fault_tables()
    admin = [(route.name, route.summary, SCOPES[route.scope]) for route in ADMIN_ROUTES]
    return {
        ("magic-ids.md", "magic"): markdown(MAGIC_COLUMNS, [row for row in magic_rows() if row not in edge]),
        ("magic-ids.md", "edge"): markdown(MAGIC_COLUMNS, edge),
        ("dialling.md", "outcomes"): dialling_table(default_model()),
        ("dialling.md", "picture"): dialling_picture(default_model()),
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
