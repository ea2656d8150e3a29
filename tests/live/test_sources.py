"""Sources of a check: files, standard input and bytes; tests/live/checking/test_check_urls.py tests URLs."""

import gzip
import io
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.live import LiveError, RecordError, check, diff, record
from smartflo_contract.live.sources import is_url, lacks_credentials
from smartflo_contract.schemas.printable import escape_unprintable

COUNT = 30


def body(count: int = COUNT) -> bytes:
    """Return a lead list."""
    return json.dumps([lead(0, 8668, index) for index in range(count)]).encode()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none.json", "No such file or directory"),
        ("folder", "Is a directory"),
        pytest.param(
            "secret",
            "Permission denied",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="root can read all files"),
        ),
    ],
)
def test_reports_unreadable_files(name: str, reason: str, tmp_path: Path) -> None:
    """The error names the file and the reason."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "secret").touch(mode=0)
    with pytest.raises(LiveError) as caught:
        check(tmp_path / name)
    assert f"cannot read {tmp_path / name}: {reason}" == str(caught.value)


@pytest.mark.parametrize(
    "read", [check, partial(check, b"[]"), partial(diff, b"[{}]"), lambda it: record(it, "x.json")]
)
@pytest.mark.parametrize(
    "text",
    [
        '[{"field_1": "Anna"}]',
        ' {"field_1": "Anna#"}' + " " * 5000,
        "[Anna\0",
        '\ufeff["Anna"]',
        "interactions:\n- Anna\n",
    ],
)
def test_shows_nothing_of_body_passed_as_string(read: Callable[[str], object], text: str) -> None:
    """A body is bytes. As a path, it would be in the error, and so would the names and numbers in it."""
    try:
        shown = json.dumps(read(text).as_dict())  # type: ignore[attr-defined]
    except LiveError as error:
        shown = str(error)

    assert ("cannot read a string that is no path but a body: pass a body as bytes" in shown, "Anna" in shown) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            [{}],
            r"expected a URL, a path, bytes or an open binary file, got list; pass .* json.dumps\(leads\).encode\(\)",
        ),
        (None, "got NoneType"),
        (8668, "got int"),
        (io.StringIO("[]"), 'expected a binary file, got a text file; open it with mode "rb"'),
    ],
)
@pytest.mark.parametrize("read", [check, partial(diff, b"[{}]"), lambda it: record(it, "x.json")])
def test_states_what_to_pass(read: Callable[[Any], object], source: object, message: str) -> None:
    """Leads, ids and text files are no sources."""
    with pytest.raises(TypeError, match=message):
        read(source)


@pytest.mark.parametrize(
    ("name", "reason"), [("x" * 5000 + "#8668", "File name too long"), ("a\0b", "its name is not valid")]
)
def test_reports_names_that_no_file_can_have(name: str, reason: str) -> None:
    """They are sources that cannot be read, as a missing file is."""
    with pytest.raises(LiveError, match=f": {reason}$"):
        check(name)


def test_reports_file_that_is_open_for_writing(tmp_path: Path) -> None:
    """Python has no reason of the system for it."""
    with (
        (tmp_path / "leads.json").open("wb") as file,
        pytest.raises(LiveError, match=r"^cannot read file: it is not open for reading$"),
    ):
        check(file)


def test_reads_file_whose_name_begins_like_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An existing file is one, whatever its name is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "[draft] leads.json").write_bytes(body())
    assert ("A", "[draft] leads.json") == ((report := check("[draft] leads.json")).grade, report.sources[0].name)


def test_reports_closed_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has no ``sys.stdin`` then; nothing is recorded."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(LiveError, match="cannot read -: standard input is closed"):
        check("-")
    with pytest.raises(LiveError, match="cannot read -: standard input is closed"):
        record("-", tmp_path / "fixture.json")
    assert [] == list(tmp_path.iterdir())


def test_reads_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` is standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(body())))
    assert ("A", "-") == (check("-").grade, check(b"[]", "-").sources[1].name)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"<html>")))
    with pytest.raises(RecordError, match="html-body"):
        record("-", tmp_path / "fixture.json")


def test_calls_progress_with_leads_and_bytes(tmp_path: Path) -> None:
    """The total is known if all sources are bytes or regular files."""
    calls: list[tuple[int, int, int | None]] = []
    many, few = gzip.compress(body()), body(3)
    path = tmp_path / "leads.json.gz"
    path.write_bytes(many)
    size = len(many) + len(few)
    check(path, few, progress=lambda *counts: calls.append(counts))
    check(path, io.BytesIO(few), progress=lambda *counts: calls.append(counts))

    assert [(COUNT, len(many), size), (COUNT + 3, size, size)] == calls[:2]
    assert [(COUNT, len(many), None), (COUNT + 3, size, None)] == calls[2:]


@pytest.mark.parametrize(
    ("source", "expected"),
    [("https://api.example.com/v1/x", True), ("HTTP://127.0.0.1/", True), ("leads.json", False), (b"http://", False)],
)
def test_recognizes_urls(source: str | bytes, expected: bool) -> None:  # noqa: FBT001 - a value of the table
    """A string that begins with a scheme of HTTP is a URL."""
    assert expected == is_url(source)


def test_escapes_unprintable_names() -> None:
    """Names of files can neither end a line nor control a terminal."""
    assert r"a\nb\x1b[31m\udcff" == escape_unprintable("a\nb\x1b[31m\udcff")


@pytest.mark.parametrize(
    ("sources", "token", "expected"),
    [
        (["leads.json", "-"], "", False),
        (["leads.json", "https://api.example.com"], "", True),
        (["https://api.example.com"], "any", False),
    ],
)
def test_lacks_credentials_for_urls_only(
    monkeypatch: pytest.MonkeyPatch, sources: list[str], token: str, *, expected: bool
) -> None:
    """A URL needs credentials, from the environment; a file does not."""
    for name in ("SMARTFLO_EMAIL", "SMARTFLO_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SMARTFLO_TOKEN", token)

    assert expected is lacks_credentials(sources)
