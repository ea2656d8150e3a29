"""The command ``mutants``: the changes of the API that a fake can simulate."""

import json
from collections.abc import Callable, Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.options import F, listing_format, overlay, profile
from smartflo_contract.cli.output import print_json, write

if TYPE_CHECKING:
    from smartflo_contract.mutants import Mutant
    from smartflo_contract.schemas import Contract

_ALL: Final = "all"
_SHOWN: Final = 60
"""Characters of the start and of the end of a body that are shown."""


def mutant_kind(description: str) -> Callable[[F], F]:
    """Return the option ``--kind`` of a command that has mutants.

    Args:
        description: what the kinds are.
    """
    return click.option(
        "--kind",
        type=click.Choice(("breaking", "tolerance", _ALL)),
        default=_ALL,
        show_default=True,
        help=description,
    )


@click.command()
@click.argument("mutant_id", metavar="[ID]", required=False)
@mutant_kind(
    "breaking: changes that break the contract, so that a test should fail. tolerance: changes that a client should "
    "tolerate."
)
@listing_format("text: one line each. json: an array of mutants.")
@profile
@overlay
def mutants_command(*, mutant_id: str | None, kind: str, form: str, profile: str | None, overlay: Path | None) -> None:
    """List the mutants of the contract.

    A mutant is one change of the API, with its evidence. Its id is a key or a part of the response, and an operator,
    such as lead_id:remove. The fake simulates it in its responses: smartflo.mutant("lead_id:remove") in a test, PUT
    /__admin/mutant in any language. ID shows one mutant, with the smallest response that it changes.
    """
    from smartflo_contract.schemas import load_contract

    if mutant_id is not None and kind != _ALL:
        message = "ID and --kind exclude each other; omit one"
        raise usage_error(message)
    contract = load_contract(profile or "sample", overlay)
    if mutant_id is None:
        mutants: Sequence[Mutant] = mutants_of_kind(contract, kind)
    else:
        mutants = require_mutants(contract, mutant_id)
    if form == "json":
        print_json([_as_json(contract, mutant, is_shown=mutant_id is not None) for mutant in mutants])
        return
    width = max(len(mutant.id) for mutant in mutants)
    write(_lines(contract, mutants, width, are_shown=mutant_id is not None))


def mutants_of_kind(contract: "Contract", kind: str) -> "list[Mutant]":
    """Return the mutants of a contract that are of a kind, which may be ``all``."""
    from smartflo_contract.mutants import mutants_of

    return [mutant for mutant in mutants_of(contract) if kind in {_ALL, mutant.kind}]


def require_mutants(contract: "Contract", ids: str) -> "Sequence[Mutant]":
    """Return the mutants with some ids.

    Raises:
        click.UsageError: there is no such mutant.
    """
    from smartflo_contract.mutants import find_mutants

    try:
        return find_mutants(contract, ids)
    except ValueError as error:
        raise usage_error(str(error)) from None


def _lines(contract: "Contract", mutants: "Sequence[Mutant]", width: int, *, are_shown: bool) -> Iterator[str]:
    for mutant in mutants:
        yield f"{mutant.id:<{width}}  {mutant.kind:<9}  {mutant.change} ({mutant.evidence})\n"
        if are_shown:
            yield from (f"  {line}\n" for line in _difference(contract, mutant))


def _difference(contract: "Contract", mutant: "Mutant") -> Iterator[str]:
    """Yield what a mutant changes in the smallest response that shows it, line by line."""
    from smartflo_contract.mutants import example_of

    before, after = (body.decode(errors="replace") for body in example_of(contract, mutant))
    try:
        lines = [json.dumps(json.loads(body), indent=1, ensure_ascii=False).splitlines() for body in (before, after)]
    except ValueError:  # the changed body is not JSON
        lines = [[_shortened(before)], [_shortened(after)]]
    old, new = lines
    return (line for line in [*unified_diff(old, new, n=0, lineterm="")][2:] if not line.startswith("@@"))


def _shortened(body: str) -> str:
    """Return start and end of a body."""
    return body if len(body) <= 2 * _SHOWN else f"{body[:_SHOWN]}...{body[-_SHOWN:]}"


def _as_json(contract: "Contract", mutant: "Mutant", *, is_shown: bool) -> dict[str, Any]:
    from smartflo_contract.mutants import example_of

    entry: dict[str, Any] = {
        "id": mutant.id,
        "group": mutant.group,
        "operator": mutant.operator,
        "kind": mutant.kind,
        "change": mutant.change,
        "evidence": mutant.evidence.split(", "),
    }
    if is_shown:
        before, after = (body.decode(errors="replace") for body in example_of(contract, mutant))
        entry |= {"before": before, "after": after}
    return entry
