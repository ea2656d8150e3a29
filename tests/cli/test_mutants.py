"""The command ``mutants``."""

import json
from pathlib import Path

import pytest

from smartflo_contract.mutants import KINDS, mutants_of
from smartflo_contract.schemas import load_contract

from .conftest import Run


def test_lists_all_mutants(run: Run) -> None:
    """Each mutant is a line with its kind, its change and its evidence."""
    lines = run("mutants").stdout.splitlines()

    assert [mutant.id for mutant in mutants_of(load_contract())] == [line.split()[0] for line in lines]
    assert any("breaking   retry_count is a string instead of a number (assumed)" in line for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_lists_one_kind_as_json(run: Run, kind: str) -> None:
    """A kind selects mutants; JSON has the evidence as an array."""
    mutants = json.loads(run("mutants", "--kind", kind, "--format", "json", "--profile", "documented").stdout)

    assert {kind} == {mutant["kind"] for mutant in mutants}
    assert all(isinstance(mutant["evidence"], list) for mutant in mutants)


def test_lists_mutants_of_an_overlay(run: Run, tmp_path: Path) -> None:
    """Properties of an overlay have mutants."""
    (tmp_path / "overlay.json").write_text('{"properties": {"tier": {"type": "string"}}, "required": ["tier"]}')

    assert "\ntier:rename " in run("mutants", "--overlay", "overlay.json").stdout


def test_shows_what_a_mutant_changes(run: Run) -> None:
    """An id shows the lines of the smallest response that change; several ids show each; JSON has both bodies."""
    result = run("mutants", "retry_count:retype-string,body:truncate")
    (entry,) = json.loads(run("mutants", "body:null", "--format", "json").stdout)

    assert '-  "retry_count": 2,\n  +  "retry_count": "2",\n' in result.stdout
    assert "..." in result.stdout.splitlines()[-1]
    assert ("null", list) == (entry["after"], type(json.loads(entry["before"])))


def test_repeated_id_is_shown_once(run: Run) -> None:
    """An id that is there twice is one mutant."""
    assert run("mutants", "lead_id:remove").stdout == run("mutants", "lead_id:remove,lead_id:remove").stdout


def test_kind_of_one_mutant_is_wrong_usage(run: Run) -> None:
    """A kind selects from the list, so it has no effect on an id, and is rejected."""
    result = run("mutants", "lead_id:remove", "--kind", "tolerance")

    assert (2, "") == (result.exit_code, result.stdout)
    assert "ID and --kind exclude each other; omit one" in result.stderr


def test_unknown_mutant_is_one_line(run: Run) -> None:
    """An unknown id is wrong usage and names the nearest."""
    result = run("mutants", "lead_id:remvoe")

    assert (2, "") == (result.exit_code, result.stdout)
    assert "Did you mean `lead_id:remove`?" in result.stderr
    assert len(result.stderr.splitlines()) == 1
