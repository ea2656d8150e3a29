"""Results of earlier runs: which are reused, and which have to be decided again."""

from pathlib import Path

import pytest

from smartflo_contract.live.errors import OutputError
from smartflo_contract.mutants import find_mutants, mutants_of
from smartflo_contract.mutation import MutantResult
from smartflo_contract.mutation.stored_results import ResultKeys, read_results, write_results
from smartflo_contract.schemas import load_contract

CONTRACT = load_contract()
(MUTANT,) = find_mutants(CONTRACT, "lead_id:remove")
MUTANTS = {mutant.id: mutant for mutant in mutants_of(CONTRACT)}
TEST = "test_client.py::test_one"
CODE = ("client.py", "conftest.py")


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Path:
    """Return the folder of a project with a test file and code."""
    for name in ("test_client.py", *CODE):
        (tmp_path / name).write_text(name)
    return tmp_path


def key(project: Path, *tests: str, profile: str = "sample") -> str:
    """Return the key of a mutant's result."""
    contract = load_contract(profile)
    (mutant,) = find_mutants(contract, MUTANT.id)
    return ResultKeys(contract, project, {TEST: "test_client.py"}, CODE).key(mutant, tests or (TEST,))


@pytest.mark.parametrize("name", ["test_client.py", *CODE])
def test_key_depends_on_every_file(project: Path, name: str) -> None:
    """A change of the tests or of the code needs a new decision; touching a file does not."""
    before = key(project)
    (project / name).write_text(name)
    assert before == key(project)

    (project / name).write_text("changed")
    assert before != key(project)


def test_key_depends_on_tests_and_contract(project: Path) -> None:
    """Other tests that were served what it changes, or another contract, need a new decision; the order does not."""
    assert key(project, TEST, "b") == key(project, "b", TEST)
    assert len({key(project), key(project, TEST, "b"), key(project, profile="documented")}) == 3


def test_file_that_is_gone_has_a_key(tmp_path: Path) -> None:
    """Files that cannot be read count as empty ones."""
    assert key(tmp_path)


def test_stored_results_are_read_again(tmp_path: Path) -> None:
    """Decided results come back with their keys; those that were not decided are not stored."""
    survived = MutantResult(MUTANT, "survived", (TEST,), seconds=0.5, reproducer="pytest")
    (other,) = find_mutants(CONTRACT, "id:remove")
    write_results(tmp_path / "data", {MUTANT.id: ("key", survived), other.id: ("k", MutantResult(other, "not-run"))})

    assert {MUTANT.id: ("key", survived)} == read_results(tmp_path / "data", MUTANTS)
    assert {} == read_results(tmp_path / "data", {})


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": "smartflo-mutation-results", "version": 2}'])
def test_file_of_another_form_has_no_results(tmp_path: Path, content: str) -> None:
    """A data file of another version, or a damaged one, is like none: all mutants are decided again."""
    (tmp_path / "data").write_text(content)

    assert {} == read_results(tmp_path / "data", MUTANTS) == read_results(tmp_path / "absent", MUTANTS)


def test_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(OutputError, match="cannot write"):
        write_results(tmp_path / "absent" / "data", {})
