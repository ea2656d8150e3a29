"""Options and their environment variables."""

import json
from pathlib import Path

import pytest

from .conftest import Run


@pytest.mark.parametrize(
    ("variable", "suggestion"),
    [
        ("SMARTFLO_QUIRKS", "SMARTFLO_QUIRK"),
        ("SMARTFLO_FAULTS", "SMARTFLO_FAULT"),
        ("SMARTFLO_PROT", "SMARTFLO_PORT"),
        ("SMARTFLO_PASWORD", "SMARTFLO_PASSWORD"),
    ],
)
def test_warns_about_misspelled_variable(run: Run, variable: str, suggestion: str) -> None:
    """A variable that is close to a known one causes one warning, and the command runs."""
    result = run("sample", **{variable: "x"})

    assert (0, f"warning: {variable} is not read. Did you mean {suggestion}?\n") == (result.exit_code, result.stderr)
    assert 1 == len(json.loads(result.stdout))


def test_ignores_other_variables(run: Run) -> None:
    """Known variables, also those of other commands, and unrelated ones cause no warning."""
    variables = {"SMARTFLO_TOKEN": "x", "SMARTFLO_PORT": "1", "SMARTFLO_BASE_URL": "x", "SMARTFLO_LIST_IDS": "x"}

    assert "" == run("sample", **variables).stderr


def test_flag_overrides_variable(run: Run) -> None:
    """A flag takes precedence over its variable."""
    assert len(json.loads(run("sample", "-n", "2", SMARTFLO_COUNT="5").stdout)) == 2


def test_reads_overlay_from_variable(run: Run, tmp_path: Path) -> None:
    """SMARTFLO_OVERLAY is the flag --overlay."""
    (tmp_path / "overlay.json").write_text('{"properties": {"nickname": {"type": "string"}}}')

    assert "nickname" in run("schema", SMARTFLO_OVERLAY="overlay.json").stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("{", "line 1 column 2"),
        ("[]", "JSON object"),
        ('{"properties": {"a": {"minItems": 2}}}', "`minItems`"),
        ('{"propertys": {}}', "`propertys`"),
        ('{"properties": {"priority": {"maximum": 0}}}', "above maximum"),
        ('{"properties": {"a": {"type": "string", "pattern": "^(x)$", "minLength": 5}}}', "`a`"),
    ],
)
def test_rejects_unusable_overlay_in_one_line(run: Run, tmp_path: Path, content: str, message: str) -> None:
    """An overlay that cannot be used is one line, not a traceback."""
    (tmp_path / "bad.json").write_text(content)
    result = run("sample", "--overlay", "bad.json")

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert message in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("sample", "--overlay", ""),
        ("export", "postman", ""),
        ("serve", "--config", ""),
        ("serve", "--state", ""),
        ("store", "import", "sqlite:///fake.db", ""),
        ("check", "leads.json", "--learn", ""),
        ("record", "leads.json", "-o", ""),
        ("record", "leads.json", "--as-test", ""),
        ("needs", "-o", "", "--", "true"),
        ("coverage", "report", ""),
        ("coverage", "html", "-o", ""),
        ("proxy", "--upstream", "http://127.0.0.1:9", "--record", ""),
    ],
)
def test_rejects_empty_path(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """An empty string, as a variable that is not set leaves it, is not the working folder."""
    result = run(*arguments)

    assert (2, "") == (result.exit_code, result.stdout)
    assert "expected a path, got an empty string" in result.stderr
    assert [] == [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--state", "-"),
        ("serve", "--coverage", "-"),
        ("store", "export", "sqlite:///fake.db", "-o", "-"),
        ("coverage", "markdown", "-o", "-"),
        ("export", "postman", "-"),
        ("proxy", "--upstream", "http://127.0.0.1:9", "--record", "-"),
    ],
)
def test_hyphen_is_no_file_to_write(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """``-`` stands for a stream in other commands, so no file of this name is written."""
    result = run(*arguments)

    assert (2, "") == (result.exit_code, result.stdout)
    assert "`-` is not a file name; use ./- for a file of this name." in result.stderr
    assert [] == [*tmp_path.iterdir()]
