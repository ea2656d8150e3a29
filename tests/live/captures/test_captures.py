"""HAR files, cassettes and journals are read response by response, whatever their name is."""

import base64
import gzip
import io
import json
import os
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import pytest
import yaml

from smartflo_contract.factories import lead
from smartflo_contract.live import LiveError, Report, SourceChoiceError, check, diff, record
from smartflo_contract.live.reports import REPORTS

URL: Final = "https://api-smartflo.tatateleservices.com/v1/broadcast/leads/{}?token=very-secret"
TOKEN: Final = "very-secret"


class Stored(NamedTuple):
    """A response to store in a capture."""

    body: str
    list_id: int = 8668
    url: str = URL
    status: int = 200
    method: str = "GET"


Writer: TypeAlias = Callable[[Sequence[Stored]], bytes]


def har(responses: Sequence[Stored], *, is_base64: bool = False) -> bytes:
    """Return a HAR file as browsers write it."""
    return json.dumps(
        {"log": {"version": "1.2", "entries": [_entry(stored, is_base64) for stored in responses]}}
    ).encode()


def _entry(stored: Stored, is_base64: bool) -> dict[str, Any]:  # noqa: FBT001
    encoded = base64.b64encode(stored.body.encode()).decode()
    content = {"text": encoded, "encoding": "base64"} if is_base64 else {"text": stored.body}
    return {
        "startedDateTime": "2024-03-05T10:00:00.000+05:30",
        "request": {
            "method": stored.method,
            "url": stored.url.format(stored.list_id),
            "headers": [{"name": "Authorization", "value": TOKEN}],
        },
        "response": {"status": stored.status, "content": {**content, "mimeType": "application/json", "size": 1}},
    }


def _interaction(stored: Stored, body: dict[str, Any], **headers: list[str]) -> dict[str, Any]:
    return {
        "request": {
            "method": stored.method,
            "uri": stored.url.format(stored.list_id),
            "headers": {"Authorization": [TOKEN]},
        },
        "response": {
            "status": {"code": stored.status, "message": "OK"},
            "headers": {"Date": ["Tue, 05 Mar 2024 04:30:00 GMT"], "Content-Type": ["application/json"], **headers},
            "body": body,
        },
    }


def json_cassette(responses: Sequence[Stored]) -> bytes:
    """Return a cassette of vcrpy as JSON."""
    interactions = [_interaction(stored, {"string": stored.body}) for stored in responses]
    return json.dumps({"version": 1, "interactions": interactions}, indent=4).encode()


def yaml_cassette(responses: Sequence[Stored]) -> bytes:
    """Return a cassette of vcrpy or pytest-recording as YAML."""
    interactions = [_interaction(stored, {"string": stored.body}) for stored in responses]
    return yaml.dump({"interactions": interactions, "version": 1}).encode()


def binary_cassette(responses: Sequence[Stored]) -> bytes:
    """Return a cassette whose bodies are compressed, as vcrpy stores them by default; one server uses deflate."""
    interactions = [
        _interaction(stored, {"string": gzip.compress(stored.body.encode())}, **{"content-encoding": ["gzip"]})
        if stored.list_id == 8668
        else _interaction(stored, {"string": zlib.compress(stored.body.encode())}, **{"Content-Encoding": ["deflate"]})
        for stored in responses
    ]
    return b"---\n# recorded\n" + yaml.dump({"version": 1, "interactions": interactions}, sort_keys=False).encode()


def betamax_cassette(responses: Sequence[Stored]) -> bytes:
    """Return a cassette of Betamax."""
    interactions = [
        _interaction(stored, {"base64_string": base64.encodebytes(stored.body.encode()).decode(), "encoding": "utf-8"})
        | {"recorded_at": "2024-03-05T04:30:00"}
        for stored in responses
    ]
    return json.dumps({"http_interactions": interactions, "recorded_with": "betamax/0.9.0"}).encode()


def journal(responses: Sequence[Stored]) -> bytes:
    """Return what ``GET /__admin/requests`` of the fake returns."""
    requests = [
        {
            "id": index,
            "time": 1_709_613_000_000,
            "method": stored.method,
            "path": f"/v1/broadcast/leads/{stored.list_id}",
            "response": {"status": stored.status, "body": json.loads(stored.body)},
        }
        for index, stored in enumerate(responses)
    ]
    return json.dumps({"total": len(requests), "requests": requests}).encode()


WRITERS: Final[dict[str, Writer]] = {
    "har": har,
    "har-base64": lambda responses: har(responses, is_base64=True),
    "har-gzip": lambda responses: gzip.compress(har(responses)),
    "json-cassette": json_cassette,
    "yaml-cassette": yaml_cassette,
    "binary-cassette": binary_cassette,
    "betamax": betamax_cassette,
    "journal": journal,
}
"""A writer of each format."""

LEADS: Final = [{**lead(0, 8668, index)} for index in range(20)]
GOOD: Final = json.dumps(LEADS)
BAD: Final = json.dumps([{**lead, "priority": 99, "id": 1} for lead in LEADS])


def summary(report: Report) -> list[str]:
    """Return the lines of the text report about responses."""
    return REPORTS["text"](report, "break").rpartition("\n\n")[2].splitlines()


def save(folder: Path, content: bytes, name: str = "stored.txt") -> str:
    """Write a capture and return its path."""
    (folder / name).write_bytes(content)
    return str(folder / name)


@pytest.mark.parametrize("form", WRITERS)
def test_grades_each_response_with_its_date_and_list(form: str, tmp_path: Path) -> None:
    """Several lists are kept apart: each has its date, grade and number of breaks; no secret is shown."""
    path = save(tmp_path, WRITERS[form]([Stored(GOOD), Stored(BAD, 8669)]))
    report = check(path)
    assert [("8668", "2024-03-05", 20, 0), ("8669", "2024-03-05", 20, 20)] == [
        (source.list_id, source.recorded, source.leads, source.broken) for source in report.sources
    ]
    assert ["A", "E"] == list(map(report.grade_of, report.sources))
    assert {report.sources[1].name} == {finding.source for finding in report.findings}
    (_, pointer), (_, other) = (source.name.split("#") for source in report.sources)
    assert pointer.endswith("/0")
    assert summary(report)[1].startswith(f"{path}#{other} recorded 2024-03-05, list 8669: 20 leads, ")
    assert summary(report)[1].endswith(", grade E: 2 breaks since")
    assert "| 8669 | 2024-03-05 | 2 |" in REPORTS["markdown"](report, "break")
    reports = REPORTS if form == "har" else ("json", "text")
    assert not any(TOKEN in REPORTS[name](report, "break") for name in reports)
    assert ["8669"] == [source.list_id for source in check(f"{path}#8669").sources]
    assert ["8668"] == [source.list_id for source in check(f"{path}#{pointer}").sources]


def test_counts_other_responses() -> None:
    """What is no response with leads is counted by reason, and does not fail the check."""
    content = har(
        [
            Stored(GOOD),
            Stored("{}", url="https://api-smartflo.tatateleservices.com/v1/auth/login", method="POST"),
            Stored("x", url="https://crm.example.com/static/app.js"),
            Stored(GOOD, url="https://crm.example.com/v1/broadcast/leads/{}"),
            Stored(GOOD, url="http://[::1"),
            Stored('{"success": false}', status=401),
            Stored(GOOD, url="http://127.0.0.1:8080/v1/broadcast/leads/{}/", list_id=7),
        ]
    )
    report = check(content)
    reasons = "3 of another route, 1 of another host, 1 with status 401"
    assert (f"bytes: 5 other responses not read: {reasons}",) == report.omissions
    assert f"{report.omissions[0]}." in REPORTS["markdown"](report, "break")
    assert ["8668", "7"] == [source.list_id for source in report.sources]
    assert report.grade == "A"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (har([Stored("{}", status=429)]), "1 other response: 1 with status 429"),
        (har([Stored(GOOD)]).replace(b'"text"', b'"comment"'), "1 without a stored body"),
        (
            har([Stored(GOOD)], is_base64=True).replace(b'"text": "', b'"text": "!'),
            "1 with a body that cannot be decoded",
        ),
        (har([Stored("x")]).replace(b'"text": "x"', b'"text": [1]'), "1 without a stored body"),
        (har([Stored(GOOD)]).replace(b'"status": 200', b'"status": "x"'), "1 without a status"),
        (
            yaml.dump(
                {"interactions": [_interaction(Stored(""), {"string": b"\x1b\0\xf8%"}, **{"Content-Encoding": ["br"]})]}
            ).encode(),
            "1 with a body that cannot be decoded",
        ),
        (
            yaml.dump(
                {"interactions": [_interaction(Stored(""), {"string": b"x"}, **{"Content-Encoding": ["deflate"]})]}
            ).encode(),
            "1 with a body that cannot be decoded",
        ),
        (b'{"log": {"entries": []}}', "it is empty"),
        (b'{"log": {"entries": [1, {"request": [], "response": {"content": 1}}]}}', "2 of another route"),
        (b"interactions:\n- 1\n- {request: 1, response: {body: null, headers: [1]}}\n", "2 of another route"),
        (b"http_interactions:\n", "it is empty"),
        (b"interactions: []\nversion: 1\n", "it is empty"),
        (b"interactions:\n- [\n", "not valid YAML, at line 3"),
        (b"interactions:\n- !!python/object/apply:os.system [x]\n", "not valid YAML, at line 2"),
    ],
)
def test_states_why_there_is_no_response_with_leads(content: bytes, reason: str) -> None:
    """A capture without a response with leads is an error that states what it has instead."""
    with pytest.raises(LiveError) as error:
        check(content)
    assert reason in str(error.value)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize("form", ["har", "json-cassette", "journal"])
def test_checks_what_precedes_a_truncation(form: str, tmp_path: Path) -> None:
    """A truncated capture is reported, and the responses before the end are checked."""
    content = WRITERS[form]([Stored(GOOD), Stored(BAD, 8669)])
    report = check(save(tmp_path, content[:-1000]))
    assert ["A", "F"] == list(map(report.grade_of, report.sources))
    (finding,) = report.findings
    assert "unreadable-source" == finding.rule
    assert "after 1 request; save it again" in finding.got


@pytest.mark.parametrize(
    ("time", "recorded"),
    [
        ("2024-03-05T23:30:00Z", "2024-03-05"),
        ("2024-03-05T23:30:00-01:00", "2024-03-06"),
        ("'Tue, 05 Mar 2024 04:30:00 GMT'", "2024-03-05"),
        ("1709613000", "2024-03-05"),
        ("1.0e+300", None),
        ("yesterday", None),
        ("[2024]", None),
    ],
)
def test_reads_dates(time: str, recorded: str | None) -> None:
    """The date of a response is in UTC; a time in no known form is left out."""
    content = yaml_cassette([Stored(GOOD)]).replace(b"- request:", f"- recorded_at: {time}\n  request:".encode())
    assert [recorded] == [source.recorded for source in check(content).sources]


def test_skips_other_members() -> None:
    """Pages, creators and whatever else is in a capture is skipped."""
    content = har([Stored(GOOD)]).replace(b'{"log": {', b'{"other": {"a": [1]}, "log": {"pages": [{"id": "[}"}], ')
    assert "A" == check(content).grade
    assert "A" == check(content[:-1] + b', "after": 1}').grade


def test_reads_string_of_python_2() -> None:
    """Cassettes of Python 2 have a tag at their strings."""
    content = yaml_cassette([Stored(GOOD)]).replace(b"method: GET", b"method: !!python/unicode 'GET'")
    assert check(content).grade == "A"


@pytest.mark.parametrize("value", ['!!int ""', '!!bool "maybe"', '!!timestamp "soon"'])
def test_rejects_yaml_value_that_contradicts_its_tag(value: str) -> None:
    """What PyYAML cannot convert is invalid YAML, and no internal error."""
    with pytest.raises(LiveError, match="is a cassette that is not valid YAML; record it again, or restore it"):
        check(f"interactions:\n- {value}\n".encode())


def test_reads_binary_strings_of_ruby() -> None:
    """Ruby's VCR stores compressed bodies and those with other letters than ASCII under its own tag for base64."""
    content = binary_cassette([Stored(GOOD)])
    assert check(content.replace(b"!!binary", b"!binary")).grade == "A"


@pytest.mark.parametrize("write", [json.dumps, yaml.dump])
def test_reads_responses_of_httpx_in_older_cassettes(write: Callable[[Any], str]) -> None:
    """Before its version 6, vcrpy stored status and decoded body of HTTPX under other keys."""
    interaction = _interaction(Stored(GOOD), {}, **{"Content-Encoding": ["gzip"]})
    headers = interaction["response"]["headers"]
    interaction["response"] = {"status_code": 200, "http_version": "HTTP/1.1", "headers": headers, "content": GOOD}

    (source,) = check(write({"version": 1, "interactions": [interaction]}).encode()).sources

    assert ("8668", "2024-03-05", 20, 0) == (source.list_id, source.recorded, source.leads, source.broken)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("deflate", zlib.compress(GOOD.encode())), ("gzip", gzip.compress(GOOD.encode())), ("br", GOOD.encode())],
)
def test_decodes_compressed_body_of_har(encoding: str, body: bytes) -> None:
    """A HAR file may contain a body as it was sent, or decoded with the header of the encoding."""
    assert check(_har_with_encoding(encoding, body)).leads == len(LEADS)


def test_counts_body_of_har_in_other_encoding() -> None:
    """A body in Brotli is no body in another character set: it cannot be decoded."""
    with pytest.raises(LiveError, match="1 with a body that cannot be decoded"):
        check(_har_with_encoding("br", b"\x1b\0\xf8%"))


def _har_with_encoding(encoding: str, body: bytes) -> bytes:
    entry = _entry(Stored(""), is_base64=True)
    entry["response"]["headers"] = [{"name": "Content-Encoding", "value": encoding}]
    entry["response"]["content"]["text"] = base64.b64encode(body).decode()
    return json.dumps({"log": {"entries": [entry]}}).encode()


@pytest.mark.parametrize("value", ["[1]", '{"a": 1}', "1", "null"])
def test_ignores_content_type_of_har_that_is_no_string(value: str) -> None:
    """A member of another JSON type is as unknown as an absent one."""
    assert not check(har([Stored(GOOD)]).replace(b'"application/json"', value.encode())).findings


@pytest.mark.parametrize("time", ["9" * 400, "-1e300", "true", '"today"'])
def test_ignores_time_of_journal_that_is_none(time: str) -> None:
    """A response is checked without a date if its time is out of range, or no number."""
    content = journal([Stored(GOOD)]).replace(b"1709613000000", time.encode())
    assert [None] == [source.recorded for source in check(content).sources]


def test_requires_pyyaml_for_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyYAML, an error states how to install it."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(LiveError, match=r'run `pip install "smartflo-contract\[cassettes\]"`'):
        check(yaml_cassette([Stored(GOOD)]))
    assert check(json_cassette([Stored(GOOD)])).grade == "A"


def test_reports_wrong_content_type() -> None:
    """The content type of a stored response is checked as that of a live one; an unknown one is not."""
    content = har([Stored(GOOD)])
    report = check(content.replace(b"application/json", b"text/html"))
    assert [("content-type", "text/html")] == [(finding.rule, finding.got) for finding in report.findings]
    assert not check(content.replace(b"application/json", b"x-unknown")).findings


def test_selects_response_of_other_host(tmp_path: Path) -> None:
    """A JSON pointer selects a response whatever its URL is; selectors that select nothing are errors."""
    path = save(tmp_path, har([Stored(GOOD, url="https://crm.example.com/leads")]), "a.har")
    assert check(f"{path}#/log/entries/0").grade == "A"
    with pytest.raises(LiveError, match=r"has no response with leads at #8668; `check .*a\.har` lists"):
        check(f"{path}#8668")
    with pytest.raises(LiveError, match="is no HAR file, cassette or journal, so #8668 selects nothing"):
        check(save(tmp_path, GOOD.encode()) + "#8668")
    assert check(save(tmp_path, GOOD.encode(), "b.json#8668")).grade == "A"


def test_selects_response_of_a_pipe(tmp_path: Path) -> None:
    """A process substitution of a shell has the name of a pipe, which a selector can follow, too."""
    os.mkfifo(tmp_path / "pipe")
    content = har([Stored(GOOD), Stored(GOOD, 8669)])
    with ThreadPoolExecutor() as pool:
        writing = pool.submit((tmp_path / "pipe").write_bytes, content)
        assert ["8669"] == [source.list_id for source in check(f"{tmp_path / 'pipe'}#8669").sources]
        assert len(content) == writing.result()


def test_names_no_selector_of_bytes(tmp_path: Path) -> None:
    """Only a file can be followed by a selector; standard input and bytes have no name for it."""
    with pytest.raises(
        SourceChoiceError, match="2 responses with leads; save it to a file and name one, such as FILE#/l"
    ):
        record(har([Stored(GOOD), Stored(GOOD, 8669)]), tmp_path / "fixture.json")


def test_records_one_of_several_responses(tmp_path: Path) -> None:
    """Several responses are an error that names them, and nothing is written; one can be selected."""
    path = save(tmp_path, har([Stored(GOOD), Stored("{}", status=500), *[Stored(BAD, 8669)] * 6]), "a.har")
    fixture = tmp_path / "fixture.json"
    with pytest.raises(SourceChoiceError) as error:
        record(path, fixture)
    assert str(error.value).startswith(f"{path} has 7 responses with leads; name one, such as {path}#/log/entries/0: ")
    assert "#/log/entries/2 (list 8669, 2024-03-05)" in str(error.value)
    assert str(error.value).endswith(" and 2 more")
    assert not fixture.exists()
    assert 20 == record(f"{path}#8668", fixture).leads
    assert 20 == len(json.loads(fixture.read_bytes()))
    assert TOKEN not in fixture.read_text()
    recorded = record(save(tmp_path, har([Stored(GOOD), Stored("{}", status=500)])), fixture)
    assert recorded.omissions[0].endswith("1 other response not read: 1 with status 500")


def test_compares_responses_of_a_capture(tmp_path: Path) -> None:
    """Two responses of one capture are compared, such as the first and the last one."""
    path = save(tmp_path, yaml_cassette([Stored(GOOD), Stored(BAD)]), "a.yaml")
    report = diff(f"{path}#/interactions/0", f"{path}#/interactions/1")
    assert {"/*/priority", "/*/id"} == {finding.pointer for finding in report.at_least("break")}
    assert "2024-03-05" == report.base.recorded if report.base else None
    assert "since" not in summary(report)[0]


class Pipe(io.RawIOBase):
    """A readable file whose content is produced on demand."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        """Produce nothing yet."""
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes."""
        self._rest = self._rest or next(self._chunks, b"")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def large_har(megabytes: int) -> Iterator[bytes]:
    """Yield a HAR file with an image in base64 and a lead list of a quarter of the size."""
    before, _, after = har([Stored("IMAGE", url="https://crm.example.com/a.png"), Stored("[LIST]")]).partition(
        b"[LIST]"
    )
    beginning, rest = before.split(b"IMAGE")
    yield beginning
    yield from (b"A" * 2**16 for _ in range(megabytes * 12))
    yield rest + b"["
    leads = (json.dumps(GOOD[1:-1])[1:-1] + ",").encode()
    for _ in range(megabytes * 2**18 // len(leads)):
        yield leads
    yield leads[:-1] + b"]" + after


@pytest.mark.slow
def test_reads_large_har_in_constant_memory() -> None:
    """A HAR file of 100 MB, of which a lead list takes 25 MB, takes less than 24 MB of memory."""
    tracemalloc.start()
    report = check(io.BufferedReader(Pipe(large_har(100))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.leads > 10_000
    assert peak < 24 * 2**20
