"""The commands ``cells`` and ``coverage``."""

import json
from pathlib import Path

import pytest

from smartflo_contract.coverage import Recording, contract_cells
from smartflo_contract.coverage.service_cells import service_cells
from smartflo_contract.schemas import load_contract

from .conftest import Run


def write_data(path: Path, status: int = 503) -> None:
    """Write a data file in which one test was served a status."""
    recording = Recording()
    recording.add_contract(load_contract())
    recording.add_service("test_one", service_cells().status_mask(status))
    path.write_bytes(recording.encode())


@pytest.fixture(name="data")
def _data(tmp_path: Path) -> Path:
    path = tmp_path / ".smartflo-coverage"
    write_data(path)
    return path


def test_cells_are_the_source_file(run: Run) -> None:
    """Cells are the source file."""
    result = run("cells", "--profile", "documented")

    assert result.stdout == contract_cells(load_contract("documented")).text


def test_cells_as_json(run: Run, tmp_path: Path) -> None:
    """Cells as json."""
    (tmp_path / "overlay.json").write_text('{"properties": {"tier": {"enum": ["gold"]}}}')
    cells = json.loads(run("cells", "--overlay", "overlay.json", "--format", "json").stdout)

    assert {
        "id": 'tier="gold"',
        "group": "tier",
        "description": "one of the listed values",
        "evidence": "assumed",
    } in cells


@pytest.mark.usefixtures("data")
def test_report_is_a_table(run: Run) -> None:
    """Report is a table."""
    result = run("coverage", "report")

    assert result.exit_code == 0
    assert "smartflo.cells" in result.stdout
    assert "fullest test: 100% of the served cells, test_one" in result.stdout


def test_several_data_files_are_merged(run: Run, data: Path, tmp_path: Path) -> None:
    """Several data files are merged."""
    write_data(tmp_path / "other", 404)
    result = run("coverage", "markdown", str(data), "other")

    assert "| `status` | 14 | 2 |" in result.stdout


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("form", "output"),
    [
        ("html", "smartflo-coverage-html/index.html"),
        ("xml", "smartflo-coverage.xml"),
        ("lcov", "smartflo-coverage.lcov"),
        ("json", "smartflo-coverage.json"),
    ],
)
def test_reports_are_written_to_their_default_paths(run: Run, tmp_path: Path, form: str, output: str) -> None:
    """Reports are written to their default paths."""
    result = run("coverage", form)

    assert result.exit_code == 0
    assert (tmp_path / output).stat().st_size
    assert result.stdout == ""


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("form", ["report", "markdown", "xml", "html"])
def test_output_selects_the_path(run: Run, tmp_path: Path, form: str) -> None:
    """Output selects the path."""
    assert run("coverage", form, "-o", "there").exit_code == 0
    assert (tmp_path / "there").exists()


@pytest.mark.usefixtures("data")
def test_fail_under(run: Run) -> None:
    """Fail under."""
    assert run("coverage", "report", "--fail-under", "0.4").exit_code == 0
    result = run("coverage", "report", "--fail-under", "50")

    assert result.exit_code == 1
    assert "0.5% of the cells were served, minimum 50%" in result.stderr


@pytest.mark.parametrize("minimum", ["nan", "101", "-1", "x"])
def test_rejects_a_minimum_that_is_no_percentage(run: Run, minimum: str) -> None:
    """Rejects a minimum that is no percentage."""
    assert run("coverage", "report", "--fail-under", minimum).exit_code == 2


def test_missing_data_file(run: Run) -> None:
    """Missing data file."""
    result = run("coverage", "report")

    assert result.exit_code == 3
    assert "run the tests with --smartflo-coverage first" in result.stderr


def test_foreign_data_file(run: Run, tmp_path: Path) -> None:
    """Foreign data file."""
    (tmp_path / ".coverage").write_bytes(b"SQLite format 3\0")
    result = run("coverage", "report", ".coverage")

    assert result.exit_code == 3
    assert ".coverage: not a coverage data file, or damaged" in result.stderr


def test_a_report_never_replaces_a_data_file(run: Run, data: Path) -> None:
    """A report never replaces a data file."""
    before = data.read_bytes()

    assert run("coverage", "json", "-o", str(data)).exit_code == 2
    assert data.read_bytes() == before


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("form", ["xml", "html", "report"])
def test_unwritable_output(run: Run, tmp_path: Path, form: str) -> None:
    """Unwritable output."""
    (tmp_path / "file").write_text("")
    result = run("coverage", form, "-o", "file/below")

    assert result.exit_code == 2
    assert "cannot write" in result.stderr
