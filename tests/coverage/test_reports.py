"""Reports: tables by key, and the reports of coverage.py with contracts as source files."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from textwrap import dedent

import pytest

from smartflo_contract.coverage import CoverageError, Recording, contract_cells
from smartflo_contract.coverage.pair_counts import PairCounts
from smartflo_contract.coverage.reports import WRITERS, markdown, text_lines
from smartflo_contract.coverage.service_cells import service_cells
from smartflo_contract.coverage.summaries import percent_text, summaries, total_percent
from smartflo_contract.schemas import load_contract

CELLS = contract_cells(load_contract())


def recording_of(**contexts: list[str]) -> Recording:
    """Return a recording with the cells that each context was served."""
    recording = Recording()
    recording.add_contract(load_contract())
    bits = {cell.id: 1 << number for number, cell in enumerate(CELLS.leads.cells)}
    service = {cell.id: 1 << number for number, cell in enumerate(service_cells().cells)}
    for context, ids in contexts.items():
        for cell in ids:
            if cell in bits:
                recording.add_leads(context, CELLS, bits[cell])
            else:
                recording.add_service(context, service[cell])
    return recording


@pytest.fixture(name="recording")
def _recording() -> Recording:
    return recording_of(test_one=["dial_status=4", "skill_id:null", "status:503"], test_two=["dial_status=4"])


def test_table_counts_each_key(recording: Recording) -> None:
    """Table counts each key."""
    lines = list(text_lines(recording))

    assert lines[0].split() == ["smartflo.cells", "cells", "served", "%"]
    assert ["dial_status", "10", "1", "10"] in [line.split() for line in lines]
    assert ["total", str(len(CELLS.cells)), "3", f"{100 * 3 / len(CELLS.cells):.0f}"] in [
        line.split() for line in lines
    ]


def test_missing_cells_are_those_of_the_least_covered_keys_first(recording: Recording) -> None:
    """Missing cells are those of the least covered keys first."""
    (line,) = (line for line in text_lines(recording) if line.startswith("missing: "))
    named = line.removeprefix("missing: ").partition(" and ")[0].split(", ")

    assert len(named) == 12
    assert line.endswith(f" and {len(CELLS.cells) - 3 - 12} more")
    assert not any(cell.startswith(("dial_status", "skill_id")) for cell in named)


def test_fullest_test_is_named(recording: Recording) -> None:
    """Fullest test is named."""
    assert "fullest test: 100% of the served cells, test_one" in list(text_lines(recording))


def test_pairs_are_counted_if_a_list_was_made_for_them(recording: Recording) -> None:
    """Pairs are counted if a list was made for them."""
    size = len(CELLS.leads.cells) - 2
    recording.add_pairs(CELLS, PairCounts([0b10, 0b1, *[0] * size], [0] * (size + 2)))
    line = "pairs: 0 of the 1 pairs of cells were served from lists of pairs()"

    assert line in list(text_lines(recording))
    assert line in markdown(recording).splitlines()
    assert not any("pairs" in other for other in text_lines(recording_of(test=["dial_status=4"])))


def test_nothing_is_missing_if_all_was_served() -> None:
    """Nothing is missing if all was served."""
    recording = recording_of(everything=[cell.id for cell in CELLS.cells])

    assert total_percent(recording) == 100
    assert not any(line.startswith("missing") for line in text_lines(recording))


def test_two_contracts_are_two_source_files(recording: Recording) -> None:
    """What does not depend on the contract counts in both."""
    recording.add_contract(load_contract("documented"))

    assert [summary.name for summary in summaries(recording)] == ["smartflo-documented.cells", "smartflo.cells"]
    assert [next(row.served for row in summary.rows if row.group == "status") for summary in summaries(recording)] == [
        1,
        1,
    ]


def test_partial_recordings_say_so(recording: Recording) -> None:
    """Partial recordings say so."""
    recording.notes.add("3 tests deselected")

    assert "partial: 3 tests deselected" in list(text_lines(recording))
    assert markdown(recording).endswith("Partial: 3 tests deselected\n")


def test_xml_is_cobertura(recording: Recording, tmp_path: Path) -> None:
    """XML is cobertura."""
    WRITERS["xml"](recording, tmp_path / "c.xml")
    root = ET.parse(tmp_path / "c.xml").getroot()  # noqa: S314 - our own file
    hits = {int(line.attrib["number"]): int(line.attrib["hits"]) for line in root.iter("line")}

    assert [node.attrib["filename"] for node in root.iter("class")] == ["smartflo.cells"]
    assert set(hits) == set(CELLS.lines.values())
    assert {CELLS.lines[cell] for cell in ("dial_status=4", "skill_id:null", "status:503")} == {
        number for number, count in hits.items() if count
    }


def test_lcov_has_each_cell_as_a_line(recording: Recording, tmp_path: Path) -> None:
    """LCOV has each cell as a line."""
    WRITERS["lcov"](recording, tmp_path / "c.lcov")
    lines = (tmp_path / "c.lcov").read_text().splitlines()

    assert lines[0] == "SF:smartflo.cells"
    assert f"DA:{CELLS.lines['dial_status=4']},1" in lines
    assert f"DA:{CELLS.lines['dial_status=5']},0" in lines


def test_json_names_the_tests_of_each_cell(recording: Recording, tmp_path: Path) -> None:
    """JSON names the tests of each cell."""
    WRITERS["json"](recording, tmp_path / "c.json")
    (file,) = json.loads((tmp_path / "c.json").read_text())["files"].values()

    assert sorted(file["contexts"][str(CELLS.lines["dial_status=4"])]) == ["test_one", "test_two"]


def test_html_shows_cells_and_tests(recording: Recording, tmp_path: Path) -> None:
    """HTML shows cells and tests."""
    WRITERS["html"](recording, tmp_path)
    page = (tmp_path / "smartflo_cells.html").read_text()

    assert "dial_status=4" in page
    assert "test_two" in page
    assert (tmp_path / "index.html").is_file()


def test_markdown_escapes_cells() -> None:
    """Markdown escapes cells."""
    overlay = {"properties": {"a|b": {"enum": ["x`y", "z|"]}}}
    recording = Recording()
    recording.add_contract(load_contract("sample", overlay))
    (row,) = (line for line in markdown(recording).splitlines() if line.startswith("| `a\\|b"))

    assert row.count("|") - row.count("\\|") == 6
    assert row.count("`") % 2 == 0


def test_reports_ignore_the_configuration_of_coverage(
    recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's settings are about Python code, and the user's data is not touched."""
    (tmp_path / ".coveragerc").write_text("[run]\nbranch = true\n[report]\nfail_under = 100\nomit = *\n")
    (tmp_path / ".coverage").write_bytes(b"the user's data")
    monkeypatch.chdir(tmp_path)
    WRITERS["json"](recording, tmp_path / "c.json")

    assert (tmp_path / ".coverage").read_bytes() == b"the user's data"
    assert json.loads((tmp_path / "c.json").read_text())["totals"]["covered_lines"] == 3


@pytest.mark.slow
def test_measurement_of_the_process_is_still_saved(recording: Recording, tmp_path: Path) -> None:
    """In a process that environment variables measure, coverage.py drops the data once a report is made."""
    (tmp_path / "data").write_bytes(recording.encode())
    (tmp_path / "coveragerc").write_text(f"[run]\ndata_file = {tmp_path / 'measured'}\n")
    code = """
        import coverage
        coverage.process_startup()
        from pathlib import Path
        from smartflo_contract.coverage import read_recording
        from smartflo_contract.coverage.reports import WRITERS
        WRITERS["xml"](read_recording(Path("data")), Path("c.xml"))
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    subprocess.run(
        [sys.executable, "-c", dedent(code)],
        cwd=tmp_path,
        env=environment | {"COVERAGE_PROCESS_START": str(tmp_path / "coveragerc")},
        check=True,
    )

    assert list(tmp_path.glob("measured*"))


@pytest.mark.parametrize(
    ("percent", "digits", "text"),
    [
        (100, 0, "100"),
        (99.97, 0, "99"),
        (99.97, 1, "99.9"),
        (54.6, 0, "55"),
        (54.66, 1, "54.7"),
        (0.01, 0, "1"),
        (0.01, 1, "0.1"),
        (0, 1, "0.0"),
    ],
)
def test_only_an_exact_percentage_is_0_or_100(percent: float, digits: int, text: str) -> None:
    """A report never shows 100 while a cell is missing, nor 0 while one was served."""
    assert percent_text(percent, digits) == text


def test_keys_that_look_like_comments_are_cells(tmp_path: Path) -> None:
    """Which lines are cells does not depend on their text; long keys do not widen the table."""
    overlay = {"properties": {"# a  # b": {"type": "boolean"}, "k" * 500: {"enum": ["x" * 500]}}}
    recording = Recording()
    recording.add_contract(load_contract("sample", overlay))
    (cells,) = recording.all_cells()
    WRITERS["json"](recording, tmp_path / "c.json")
    (file,) = json.loads((tmp_path / "c.json").read_text())["files"].values()

    assert sorted(cells.lines.values()) == file["missing_lines"]
    assert max(map(len, text_lines(recording))) < 1_200


@pytest.mark.parametrize("form", WRITERS)
def test_reports_that_cannot_be_written_are_one_line(recording: Recording, tmp_path: Path, form: str) -> None:
    """A file that is a folder, or a folder that is a file, cannot be written."""
    path = tmp_path / "path"
    if form == "html":
        path.write_text("")
    else:
        path.mkdir()

    with pytest.raises(CoverageError, match=r"^coverage report: .+$"):
        WRITERS[form](recording, path)
