"""Data files: stored, read again, merged, and rejected with one line if they are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.coverage import CoverageError, Recording, contract_cells, read_recording
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
    ],
)
def test_rejects_damaged_files(file: Path, changes: dict[str, Any]) -> None:
    """Rejects damaged files."""
    change(file, **changes)

    with pytest.raises(CoverageError, match="damaged"):
        read_recording(file)


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
