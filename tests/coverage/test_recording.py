"""Data files: stored, read again, merged, and rejected with one line if they are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.coverage import CoverageError, Recording, contract_cells, read_recording
from smartflo_contract.coverage.pair_counts import PairCounts, count_pairs
from smartflo_contract.coverage.recording import MAX_CONTEXTS, OTHER_CONTEXTS
from smartflo_contract.coverage.service_cells import service_cells
from smartflo_contract.schemas import load_contract

OVERLAY = {"properties": {"tier": {"enum": ["gold", "silver"]}}}


def recording_of(*contexts: str) -> Recording:
    """Return a recording in which each context was served all cells of two contracts, and status 200."""
    recording = Recording()
    for context in contexts:
        for contract in (load_contract(), load_contract("documented", OVERLAY)):
            cells = contract_cells(contract)
            recording.add_leads(context, cells, (1 << len(cells.leads.cells)) - 1)
        recording.add_service(context, service_cells().status_mask(200))
    return recording


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    file = tmp_path / ".smartflo-coverage"
    file.write_bytes(recording_of("one", "two\nlines").encode())
    return file


def change(file: Path, **changes: Any) -> None:
    """Change keys of a data file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_data_file_is_read_unchanged(file: Path) -> None:
    """Data file is read unchanged."""
    assert read_recording(file).as_dict() == recording_of("one", "two\nlines").as_dict()


def test_file_of_an_earlier_version_keeps_the_cells_that_it_knows(file: Path) -> None:
    """A later version may add cells, so masks are of the ids in the file."""
    content = json.loads(file.read_text())
    entry = content["contracts"]["smartflo.cells"]
    entry["cells"] = ["priority:maximum", "removed:cell", "dial_status=4"]
    content["contexts"] = {"one": {"leads": {"smartflo.cells": "0x5"}, "service": "0x0"}}
    file.write_text(json.dumps(content))
    cells = contract_cells(load_contract())
    mask = read_recording(file).served_mask(cells)

    assert {cell.id for number, cell in enumerate(cells.cells) if mask >> number & 1} == {
        "priority:maximum",
        "dial_status=4",
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a coverage data file, or damaged"),
        (b"SQLite format 3\0", "not a coverage data file, or damaged"),
        (b"[]", "not a coverage data file of smartflo-contract"),
        (b'{"format": "smartflo-coverage", "version": 1', "damaged"),
        (b'{"format": "smartflo-coverage", "version": 2}', "version 2, expected 1"),
        (b'{"format": "smartflo-coverage", "version": 1}', "damaged (KeyError)"),
        (b'{"format": "other"}', "not a coverage data file of smartflo-contract"),
    ],
)
def test_rejects_other_files(tmp_path: Path, content: bytes, reason: str) -> None:
    """Rejects other files."""
    file = tmp_path / "data"
    file.write_bytes(content)

    with pytest.raises(CoverageError, match=r"^[^\n]*$") as raised:
        read_recording(file)
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"contexts": []},
        {"contexts": {"one": {"leads": {"smartflo.cells": "?"}, "service": "0x0"}}},
        {"contexts": {"one": {"leads": {"unknown.cells": "0x1"}, "service": "0x0"}}},
        {"contracts": {"smartflo.cells": {"profile": "none", "overlay": None, "cells": []}}},
        {"service": 3},
        {"notes": None},
        {"closing": 3},
        {"pairs": {"smartflo.cells": {"made": ["0x1"], "served": ["0x0"]}}},
        {"pairs": {"smartflo.cells": {"made": []}}},
        {"pairs": {"other.cells": {"made": [], "served": []}}},
    ],
)
def test_rejects_damaged_files(file: Path, changes: dict[str, Any]) -> None:
    """Rejects damaged files."""
    change(file, **changes)

    with pytest.raises(CoverageError, match="damaged"):
        read_recording(file)


def pairs_of(made: dict[int, int], served: dict[int, int]) -> PairCounts:
    """Return pairs of the contract, by number of the first cell."""
    size = len(contract_cells(load_contract()).leads.cells)
    return PairCounts(*([masks.get(number, 0) for number in range(size)] for masks in (made, served)))


def test_pairs_are_merged_and_read_unchanged(tmp_path: Path) -> None:
    """Pairs are merged and read unchanged."""
    cells, recording, other = contract_cells(load_contract()), Recording(), Recording()
    recording.add_pairs(cells, pairs_of({0: 0b110, 1: 1, 2: 1}, {0: 0b10, 1: 1}))
    other.add_pairs(cells, pairs_of({0: 0b110, 1: 1, 2: 1}, {0: 0b100, 2: 1}))
    recording.merge(other)
    file = tmp_path / "data"
    file.write_bytes(recording.encode())
    made, served = read_recording(file).pairs["smartflo.cells"]

    assert count_pairs(made) == count_pairs(served) == 2
    assert list(served) == list(pairs_of({}, {0: 0b110, 1: 1, 2: 1}).served)


def test_pairs_of_an_earlier_version_are_those_of_cells_that_still_exist(file: Path) -> None:
    """Pairs of an earlier version are those of cells that still exist."""
    content = json.loads(file.read_text())
    content["contracts"]["smartflo.cells"]["cells"] = ["priority:maximum", "removed:cell", "dial_status=4"]
    content["contexts"] = {}
    masks = ["0x6", "0x1", "0x1"]
    content["pairs"] = {"smartflo.cells": {"made": masks, "served": masks}}
    file.write_text(json.dumps(content))
    made = read_recording(file).pairs["smartflo.cells"].made
    ids = [cell.id for cell in contract_cells(load_contract()).leads.cells]

    assert count_pairs(made) == 1
    assert made[ids.index("dial_status=4")] == 1 << ids.index("priority:maximum")


def test_missing_file_says_how_to_create_it(tmp_path: Path) -> None:
    """Missing file says how to create it."""
    with pytest.raises(CoverageError, match="--smartflo-coverage first"):
        read_recording(tmp_path / "none")


def test_contexts_are_bounded() -> None:
    """Further contexts are counted together, and the report says so."""
    recording = Recording()
    for number in range(MAX_CONTEXTS + 2):
        recording.add_service(str(number), 1)

    assert len(recording.contexts()) == MAX_CONTEXTS + 1
    assert recording.service_masks[OTHER_CONTEXTS] == 1
    assert recording.notes == {"more than 100,000 contexts: the others are counted together"}


def test_large_integers_of_overlays_are_stored(tmp_path: Path) -> None:
    """An overlay may list integers of more than 64 bits."""
    contract = load_contract("sample", {"properties": {"amount": {"enum": [10**23, 1]}}})
    recording = Recording()
    recording.add_contract(contract)
    file = tmp_path / "data"
    file.write_bytes(recording.encode())

    assert read_recording(file).as_dict() == recording.as_dict()
