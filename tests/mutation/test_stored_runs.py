"""Runs in JSON types: read back unchanged, also in another version."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.mutation import MutationRun
from smartflo_contract.mutation.stored_runs import run_as_dict, run_from_dict
from smartflo_contract.schemas import ContractError, load_contract

OVERLAY = {"properties": {"tier, नाम": {"enum": ["gold", "silver"]}}}

MakeRun = Callable[..., MutationRun]


@pytest.fixture(name="run")
def _run(make_run: MakeRun) -> MutationRun:
    return make_run(
        {
            "lead_id:remove": {"status": "killed", "covered_by": ("a", "b"), "killed_by": ("a",), "seconds": 0.25},
            "tier%2C नाम:remove": {"reason": "why", "reproducer": "pytest a --smartflo-mutant x"},
        },
        load_contract("documented", OVERLAY),
        left_out={"c": "failed in a control run"},
        test_files={"a": ("tests/test_a.py", 3)},
        notes=["partial"],
        command="npm test",
    )


def stored(run: MutationRun) -> Any:
    """Return a run as a file has it."""
    return json.loads(json.dumps(run_as_dict(run)))


def test_run_is_read_back_unchanged(run: MutationRun, tmp_path: Path) -> None:
    """The contract is loaded again, with its overlay; the project's folder is that of the reader."""
    read = run_from_dict(stored(run), tmp_path)

    assert stored(read) == stored(run)
    assert [result.mutant.id for result in read.results] == ["lead_id:remove", "tier%2C नाम:remove"]
    assert read.contract.overlay == run.contract.overlay
    assert (read.root, read.command, read.notes) == (tmp_path, "npm test", ["partial"])


def test_mutants_of_another_version_are_left_out(run: MutationRun) -> None:
    """A note counts them."""
    content = stored(run)
    content["results"][0]["id"] = "lead_id:removed-operator"
    read = run_from_dict(content)

    assert [result.mutant.id for result in read.results] == ["tier%2C नाम:remove"]
    assert read.notes == ["partial", "1 mutant of another version of smartflo-contract left out"]


@pytest.mark.parametrize(
    "change",
    [
        {"results": [{"id": "lead_id:remove", "status": "lost"}]},
        {"results": [{"id": "lead_id:remove"}]},
        {"results": 1},
        {"contract": {"profile": "sampled", "overlay": None}},
        {"test_files": {"a": ["tests/test_a.py"]}},
        {"left_out": None},
    ],
)
def test_content_of_another_form_is_rejected(run: MutationRun, change: dict[str, Any]) -> None:
    """Each error is one of those that the docstring names."""
    with pytest.raises((AttributeError, ContractError, LookupError, TypeError, ValueError)):
        run_from_dict(stored(run) | change)
