"""The folder in which the processes of a run share mutants out."""

from pathlib import Path

import pytest

from smartflo_contract.mutation.shared_folder import SharedFolder


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> SharedFolder:
    folder = SharedFolder(tmp_path)
    for name in ("gw0", "gw1"):
        folder.add_member(name)
    return folder


def test_each_item_is_taken_once(folder: SharedFolder) -> None:
    """The first process that claims an item has it."""
    assert not folder.has_claims
    assert [True, False, True] == [folder.claim(0, "gw0"), folder.claim(0, "gw1"), folder.claim(1, "gw1")]
    assert {0: "gw0", 1: "gw1"} == folder.claims()
    assert folder.has_claims


def test_processes_wait_for_each_other(folder: SharedFolder) -> None:
    """The contents are complete once every process has published its own, or has ended."""
    folder.publish("gw0", {"a": 1})
    folder.note_end("gw1")

    assert [{"a": 1}] == folder.wait_for_contents(lambda: False)


def test_nobody_waits_in_an_abandoned_run(folder: SharedFolder) -> None:
    """If the process that notes ends is gone, a process goes on with what there is."""
    assert [] == folder.wait_for_contents(lambda: True)


def test_lines_that_are_not_finished_are_left_out(folder: SharedFolder, tmp_path: Path) -> None:
    """A process that died while it wrote loses that line only."""
    folder.add_line("gw0", {"a": 1})
    folder.add_line("gw1", {"b": 2})
    (path,) = tmp_path.glob("lines-gw1")
    with path.open("ab") as file:
        file.write(b'{"c": ')

    assert [{"a": 1}, {"b": 2}] == [*folder.lines()]


def test_position_of_a_process(folder: SharedFolder) -> None:
    """The last position counts; a process that has noted nothing has none."""
    folder.write_position("gw0", "first, which is longer")
    folder.write_position("gw0", "second")

    assert ("second", "") == (folder.position("gw0"), folder.position("gw1"))


def test_progress_counts_what_was_taken(folder: SharedFolder) -> None:
    """Progress is the number of items that were taken, of all; the total is not known at first."""
    assert (0, 0) == folder.progress()
    folder.note_total(12)
    folder.claim(3, "gw0")

    assert (1, 12) == folder.progress()
