"""Generate docs/evidence.md: the evidence of every claim of the contract and every behavior of the fake.

python tests/docs/evidence.py [--write]
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from smartflo_contract.mock_server.api.route_hints import documented_routes
from smartflo_contract.mock_server.api.routes import ROUTES, served_routes
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.mock_server.config.webhook_tables import DELIVERIES, TRIGGERS, VARIABLES
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.http.error_responses import ERROR_RESPONSES
from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows, magic_rows
from smartflo_contract.schemas import CONTRADICTIONS
from smartflo_contract.schemas.explain import explain
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.profile_names import PROFILES
from smartflo_contract.schemas.rules.table import RULES

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"
BEHAVIORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("behaviors.json").read_text(encoding="utf-8"))
LISTED_ELSEWHERE = {*(f"fault-{name}" for name in INJECTORS), *(f"error-{status}" for status in ERROR_RESPONSES)}
"""Names of behaviors in the tables of faults and errors, and so not in those of routes."""
STRUCTURAL_KEYS = {"$defs", "anyOf", "application/json", "components", "content", "headers", "parameters", "paths"}
STRUCTURAL_KEYS |= {"allOf", "patternProperties", "properties", "responses", "schemas"}
"""Keys of a document that the position of a claim leaves out."""
DOCUMENTS = {
    "Lead lists": "leads.schema.json",
    "Errors": "error.schema.json",
    "Request bodies": "requests.schema.json",
    "Routes and their responses": "openapi.json",
}
WEBHOOK_TABLES = (
    ("Triggers of webhooks", "trigger", TRIGGERS),
    ("Variables of webhooks", "variable", VARIABLES),
    ("Deliveries of webhooks", "subject", DELIVERIES),
)
INTRODUCTION = """# Evidence

This page lists every claim of the contract and every behavior of the fake with its evidence:

| label | source |
|---|---|
| `documented` | the vendor's pages |
| `sample` | the vendor's sample response |
| `observed` | public client code, other pages of the vendor |
| `assumed` | our own |

A claim with several labels has a source for each part. The header `X-Smartflo-Fake-Evidence` of a response is the label
of its least known part. For leads, it covers their shape (keys, types and the field of each column), not their values,
which are generated.

`python tests/docs/evidence.py --write` generates this page from the tables of the code, and a test compares the two.
"""

Rows = Iterable[tuple[str, ...]]


def evidence_cell(evidence: Mapping[str, str]) -> str:
    """Return evidence as a table cell: one line for each label and its source."""
    return "<br>".join(f"{label}: {source}" for label, source in evidence.items())


def table(title: str, introduction: str, columns: tuple[str, ...], rows: Rows) -> str:
    """Return a heading, an introduction and a table with the evidence in its last column.

    Args:
        title: text of the heading.
        introduction: a sentence below it, or nothing.
        columns: names of the columns before the evidence.
        rows: cells of each row, the evidence last.
    """
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in ((*columns, "evidence"), *rows)]
    head, *body = [f"| {' | '.join(row)} |\n" for row in escaped]
    parts = [f"### {title}\n", *([f"{introduction}\n"] if introduction else [])]
    return "\n".join([*parts, head + "|---" * (len(columns) + 1) + "|\n" + "".join(body)])


def claims(node: Any, position: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """Yield position, description and evidence of every part of a document that has evidence."""
    if isinstance(node, dict):
        if isinstance(node.get("x-evidence"), dict):
            description = node.get("description") or node.get("summary") or ""
            yield f"`{' '.join(position) or '[]'}`", description, evidence_cell(node["x-evidence"])
        for key, child in node.items():
            yield from claims(child, position if key in STRUCTURAL_KEYS else (*position, key))
    elif isinstance(node, list):
        for child in node:
            name = child.get("title") or child.get("name") if isinstance(child, dict) else None
            yield from claims(child, (*position, name) if name else position)


def keys() -> Rows:
    """Yield the keys of a lead with their values in each profile."""
    for key in explain():
        yield f"`{key.pointer}`", *(key.readings[profile] for profile in PROFILES), evidence_cell(key.evidence)


def known_values() -> Rows:
    """Yield the known values of open enumerations."""
    for key in explain():
        for value, meaning, label in key.known_values:
            yield f"`{key.pointer}`", value, meaning, evidence_cell({label: key.evidence[label]})


def requirements() -> Rows:
    """Yield the number of required keys in each profile, and whether other keys are allowed."""
    for profile, reading in read("lead.schema.json")["x-profiles"].items():
        if profile in PROFILES:
            others = "allowed" if reading["additionalProperties"] else "not allowed"
            yield f"`{profile}`", str(len(reading["required"])), others, evidence_cell(reading["x-evidence"])


def behaviors() -> Iterator[str]:
    """Yield a table of behaviors for each route or group of routes."""
    by_route: dict[str, list[tuple[str, ...]]] = {}
    for entry in BEHAVIORS:
        if entry["name"] not in LISTED_ELSEWHERE:
            row = (f"`{entry['name']}`", entry["description"], evidence_cell(entry["evidence"]))
            by_route.setdefault(entry["route"], []).append(row)
    for routes, rows in by_route.items():
        title = ", ".join(
            f"`{route}`" if "/" in route else f"{route.capitalize()} route" for route in routes.split(", ")
        )
        yield table(title, "", ("name", "behavior"), rows)


def sources(name: str, label: str) -> str:
    """Return the sources of a fault or an error if it has a behavior, otherwise its label."""
    return next((evidence_cell(entry["evidence"]) for entry in BEHAVIORS if entry["name"] == name), label)


def contract_tables() -> Iterator[str]:
    """Yield the tables about the contract."""
    yield table("Keys of a lead", "", ("key", *PROFILES), keys())
    yield table("Required and other keys", "", ("profile", "required keys", "other keys"), requirements())
    yield table("Known values", "", ("key", "value", "meaning"), known_values())
    conflicts = [
        (f"`{entry.id}`", entry.title, *entry.readings.values(), entry.followed, evidence_cell(entry.evidence))
        for entry in CONTRADICTIONS
    ]
    yield table("Contradictions", "", ("id", "about", "documented", "sample", "followed"), conflicts)
    rules = [
        (
            f"`{rule.name}`",
            rule.claim,
            *(rule.severity.get(profile, "") for profile in PROFILES),
            evidence_cell(rule.evidence),
        )
        for rule in RULES
    ]
    yield table("Rules", "Each profile has the severity of a violation.", ("rule", "claim", *PROFILES), rules)
    for title, file in DOCUMENTS.items():
        yield table(title, "", ("position", "claim"), claims(read(file)))


def fake_tables() -> Iterator[str]:
    """Yield the tables about the fake, except for behaviors."""
    served = [(f"`{route.name}`", evidence_cell({route.evidence: route.source})) for route in ROUTES]
    yield table("Simulated routes", "", ("route",), served)
    others = [route for route in documented_routes() if (route.method, route.path) not in served_routes()]
    rows: Rows = [(f"`{route.method} {route.path}`", evidence_cell({route.evidence: route.source})) for route in others]
    yield table("Other routes", "The vendor has these routes, and the fake does not simulate them.", ("route",), rows)
    rows = [
        (
            f"`{quirk.name}`",
            quirk.default,
            ", ".join(quirk.values[1:]),
            quirk.description,
            evidence_cell(quirk.evidence),
        )
        for quirk in QUIRKS.values()
    ]
    yield table("Quirks", "", ("quirk", "default", "other values", "description"), rows)
    rows = [
        (f"`{name}`", injector.description, sources(f"fault-{name}", injector.evidence))
        for name, injector in INJECTORS.items()
    ]
    yield table("Faults", "", ("fault", "description"), rows)
    rows = [
        (str(status), f"`{json.dumps(error.body)}`", sources(f"error-{status}", error.evidence))
        for status, error in ERROR_RESPONSES.items()
    ]
    yield table("Error bodies", "Faults and magic list ids return these bodies.", ("status", "body"), rows)
    edge_cases = edge_case_rows()
    labels = Counter(row.evidence for row in edge_cases)
    counts = ", ".join(f"{count} {label}" for label, count in sorted(labels.items()))
    introduction = (
        f"The {len(edge_cases)} edge cases have list ids, too, with this evidence: {counts}. "
        "[magic-ids.md](magic-ids.md) lists them."
    )
    rows = [(f"`{row.ids}`", row.response, row.evidence) for row in magic_rows() if row not in edge_cases]
    yield table("Magic list ids", introduction, ("list id", "response"), rows)
    for title, column, entries in WEBHOOK_TABLES:
        rows = [(f"`{name}`", entry.description, evidence_cell(entry.evidence)) for name, entry in entries.items()]
        yield table(title, "", (column, "description"), rows)


def page() -> str:
    """Return the content of docs/evidence.md."""
    return "\n".join(
        [
            INTRODUCTION,
            "## The contract\n",
            *contract_tables(),
            "## The fake\n",
            *fake_tables(),
            "## Behaviors\n",
            *behaviors(),
        ]
    )


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_bytes(page().encode())
    else:
        sys.stdout.buffer.write(page().encode())
