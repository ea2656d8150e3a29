"""Text of servers, files and arguments on a terminal."""

import json
from pathlib import Path

import pytest

from smartflo_contract import cli
from smartflo_contract.schemas.printable import escape_controls

from .conftest import Run

HOSTILE = "\x1b]0;PWN\x07\x1b[2J\x9b2J\u202e"
RAW = {"\x1b", "\x07", "\x9b", "\u202e", "\x08"}
_CALLS = ("click.echo(", "secho(", "stdout.write", " print(")
SHOWN = r"\u001b]0;PWN\u0007\u001b[2J\u009b2J\u202e"


def test_escapes_what_controls_a_terminal() -> None:
    """Line breaks, tabs, other scripts and their joiners stay; invisible characters are escaped as in JSON."""
    text = "a\tb\n\u0906\u0936\u093e \u0915\u094d\u200d\u0937 \u4f60 \U0001f600"
    assert text == escape_controls(text)
    assert SHOWN == escape_controls(HOSTILE)
    hidden = "\r\x08\x7f\u2028\u200b\ufeff\U000e0041"
    assert hidden == json.loads(f'"{escape_controls(hidden)}"')


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "leads.json", "--baseline", f"b{HOSTILE}"),
        ("check", "http://127.0.0.1:9/", "--token", f"file:/x{HOSTILE}"),
        ("check", "leads.json", "--report", f"x{HOSTILE}"),
        ("check", f"{HOSTILE}.json"),
        ("check", "leads.json", "--overlay", "overlay.json"),
        ("record", "leads.json", "-o", f"o{HOSTILE}.json"),
        ("record", "leads.json", "--as-test", f"x{HOSTILE}"),
        ("serve", "--config", "config.toml"),
        ("explain", HOSTILE),
        ("explain", "--overlay", "key.json"),
        ("schema", "--overlay", "key.json"),
        ("openapi", "--overlay", "key.json"),
        ("check", "leads.json", "--overlay", "key.json", "--report", "json"),
        (f"{HOSTILE}",),
    ],
    ids=lambda arguments: (
        " ".join(arguments).encode("ascii", "ignore").decode().replace("\x1b", "").replace("\x07", "")
    ),
)
def test_prints_no_control_characters(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Names of files, options, keys of overlays and settings are escaped in errors, reports and documents."""
    monkeypatch.chdir(tmp_path)
    leads = [{"list_name": HOSTILE, HOSTILE: HOSTILE, "header": HOSTILE}]
    Path("leads.json").write_text(json.dumps(leads), encoding="utf-8")
    Path("overlay.json").write_text(json.dumps({"properties": {"y": {"pattern": f"{HOSTILE}("}}}), encoding="utf-8")
    key = {"properties": {HOSTILE: {"type": "string", "description": HOSTILE}}, "required": [HOSTILE]}
    Path("key.json").write_text(json.dumps(key), encoding="utf-8")
    Path("config.toml").write_text('"\\u001b[2J" = 1\n', encoding="utf-8")
    result = run(*arguments)

    assert not RAW & set(result.stdout + result.stderr)


def test_banner_escapes_names_of_lists(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The banner of ``serve`` shows names of lists."""
    config = tmp_path / "config.toml"
    config.write_text('[[lists]]\nid = 77\nname = "a\\u001b[2J"\n', encoding="utf-8")
    monkeypatch.setattr(
        "smartflo_contract.mock_server.server.granian.serve",
        lambda _, announce, *_others: announce("http://127.0.0.1:8080"),
    )
    assert r"77\ta\u001b[2J".replace(r"\t", "\t") in run("serve", "--config", str(config)).stderr


def test_one_module_prints() -> None:
    """Every other module of the command prints through it."""
    folder = Path(cli.__file__).parent
    printing = {
        path.name
        for path in folder.rglob("*.py")
        if any(
            call in path.read_text(encoding="utf-8") for call in ("click.echo(", "secho(", "stdout.write", " print(")
        )
    }
    assert {"terminal.py"} == printing
