"""Runs in JSON types, as they are stored between two runs and sent between processes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from smartflo_contract.mutants import Mutant, mutants_of
from smartflo_contract.mutation.results import STATUSES, MutantResult, MutationRun, Status
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.stored_contract import contract_as_dict, contract_from_dict

FORMAT: Final = "smartflo-mutation"
VERSION: Final = 1


def result_as_dict(result: MutantResult) -> dict[str, Any]:
    """Return a result in JSON types, with the id of its mutant."""
    content = result._asdict()
    mutant: Mutant = content.pop("mutant")
    return {"id": mutant.id} | {
        key: list(value) if isinstance(value, tuple) else value for key, value in content.items()
    }


def result_from_dict(content: Mapping[str, Any], mutants: Mapping[str, Mutant]) -> MutantResult:
    """Return the result of a result of :func:`result_as_dict`.

    Args:
        content: the result in JSON types.
        mutants: the mutants of the contract by id.

    Raises:
        KeyError, TypeError, ValueError: there is no such mutant, or the content has another form.
    """
    status: Status = STATUSES[STATUSES.index(content["status"])]
    return MutantResult(
        mutants[content["id"]],
        status,
        tuple(map(str, content["covered_by"])),
        tuple(map(str, content["killed_by"])),
        str(content["reason"]),
        float(content["seconds"]),
        str(content["reproducer"]),
    )


def run_as_dict(run: MutationRun) -> dict[str, Any]:
    """Return a run in JSON types. Mutants are stored by their ids; the project's folder is left out."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "contract": contract_as_dict(run.contract),
        "results": [result_as_dict(result) for result in run.results],
        "left_out": dict(run.left_out),
        "test_files": {name: list(place) for name, place in run.test_files.items()},
        "notes": list(run.notes),
        "command": run.command,
    }


def run_from_dict(content: Mapping[str, Any], root: Path | None = None) -> MutationRun:
    """Return the run of a result of :func:`run_as_dict`, of this or of an earlier version.

    Mutants that this version does not have are left out, and counted in a note.

    Args:
        content: the run in JSON types.
        root: folder of the project.

    Raises:
        ContractError: the contract cannot be loaded.
        AttributeError, LookupError, TypeError, ValueError: the content has another form.
    """
    contract = contract_from_dict(content["contract"])
    mutants = {mutant.id: mutant for mutant in mutants_of(contract)}
    entries = [entry for entry in content["results"] if entry["id"] in mutants]
    notes = [str(note) for note in content["notes"]]
    unknown = len(content["results"]) - len(entries)
    if unknown:
        notes.append(f"{format_count(unknown, 'mutant')} of another version of smartflo-contract left out")
    return MutationRun(
        contract,
        [result_from_dict(entry, mutants) for entry in entries],
        {str(name): str(reason) for name, reason in content["left_out"].items()},
        {str(name): (str(path), int(line)) for name, (path, line) in content["test_files"].items()},
        notes,
        str(content["command"]),
        root,
    )
