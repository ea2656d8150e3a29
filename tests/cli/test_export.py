"""The command ``export``."""

import json
from pathlib import Path

import click
import pytest

from smartflo_contract.cli.export import export_command
from smartflo_contract.exports import FORMATS

from .conftest import Run


def test_offers_every_format() -> None:
    """The formats of the command, which are not imported for --help, are those of the room."""
    choices = export_command.params[0].type

    assert isinstance(choices, click.Choice)
    assert tuple(FORMATS) == tuple(choices.choices)


@pytest.mark.parametrize("form", FORMATS)
def test_writes_files_and_prints_their_paths(run: Run, form: str) -> None:
    """Each format creates DIR and its files."""
    result = run("export", form, "made/here")

    assert (result.exit_code, result.stderr) == (0, "")
    paths = [Path(line) for line in result.stdout.splitlines()]
    assert sorted(paths) == sorted(Path("made/here").iterdir())
    for path in paths:
        assert path.suffix == ".ts" or json.loads(path.read_text(encoding="utf-8"))


def test_exports_profile_and_overlay(run: Run, tmp_path: Path) -> None:
    """Options change what is exported as they change what `schema` prints."""
    (tmp_path / "overlay.json").write_text('{"properties": {"campaign": {"type": "string"}}}', encoding="utf-8")
    options = ("--profile", "documented", "--overlay", "overlay.json")

    run("export", "json-schema", ".", *options)

    assert run("schema", "leads", *options).stdout == (tmp_path / "leads.schema.json").read_text(encoding="utf-8")


def test_keeps_existing_files(run: Run, tmp_path: Path) -> None:
    """A file that exists is replaced with --force only, and no other file is written before."""
    existing = tmp_path / "smartflo.openapi.json"
    existing.write_text("mine", encoding="utf-8")

    refused = run("export", "arazzo", ".")

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "smartflo.openapi.json exists; add --force to replace it, or choose another DIR" in refused.stderr
    assert list(tmp_path.iterdir()) == [existing]
    assert existing.read_text(encoding="utf-8") == "mine"
    assert run("export", "arazzo", ".", "--force").exit_code == 0
    assert existing.read_text(encoding="utf-8") != "mine"


def test_does_not_replace_its_overlay(run: Run, tmp_path: Path) -> None:
    """The file that --overlay reads is no output, not even with --force."""
    overlay = tmp_path / "smartflo.overlay.json"
    overlay.write_text("{}", encoding="utf-8")

    result = run("export", "overlay", ".", "--force", "--overlay", "smartflo.overlay.json")

    assert result.exit_code == 2
    assert "this file is read as --overlay; choose another DIR" in result.stderr
    assert overlay.read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("csv", "made"), "'csv' is not one of 'postman'"),
        (("postman",), "Missing argument 'DIR'"),
        (("postman", "file/made"), "cannot write file/made: Not a directory"),
        (("postman", "made", "--overlay", "missing.json"), "missing.json"),
        (("postman", "made", "--profile", "strict"), "'strict' is not one of"),
    ],
)
def test_rejects_wrong_arguments(run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """One line says what is wrong, and nothing is written."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    result = run("export", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
