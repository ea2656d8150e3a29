"""Checks of URLs; a fake or a scripted server stands in for the real API."""

import json
import socket
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.live import Credentials, LiveError, Report, check, record
from smartflo_contract.pytest_plugin import Smartflo
from smartflo_contract.schemas.grammar import format_count

LEADS = [json.dumps(lead(0, 8668, index)).encode() for index in range(2)]
BODY = b"[%b,%b,%b]" % (LEADS[0], LEADS[0], LEADS[1])
PATH = "/v1/broadcast/leads/8668?number=%2B915550000042"


@pytest.fixture(name="token", autouse=True)
def _token(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTFLO_TOKEN", smartflo.token)


@pytest.fixture(name="login")
def _login(token: None, smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - set before
    """Set a login in the environment instead of a token."""
    monkeypatch.delenv("SMARTFLO_TOKEN")
    monkeypatch.setenv("SMARTFLO_EMAIL", smartflo.email)
    monkeypatch.setenv("SMARTFLO_PASSWORD", smartflo.password)


def rules(report: Report) -> list[str]:
    """Return the rules of the findings."""
    return sorted(finding.rule for finding in report.findings)


def raw_response(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an HTTP response, without ``Content-Length`` by default."""
    declared = [] if length is None else [f"Content-Length: {length}"]
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *declared, *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


# --- credentials


def test_reads_list_with_one_request(smartflo: Smartflo) -> None:
    """The name of the source is the URL without its query."""
    lead_list = smartflo.add_list(leads=30)
    report = check(f"{lead_list.url}?page=1")

    assert ("A", 30, lead_list.url) == (report.grade, report.leads, report.sources[0].name)
    assert ["GET"] == [request["method"] for request in smartflo.requests]


@pytest.mark.usefixtures("login")
def test_logs_in_once_for_several_lists(smartflo: Smartflo) -> None:
    """The token is used for all URLs of the same API."""
    check(*(f"{smartflo.url}/v1/broadcast/leads/{list_id}" for list_id in (8668, 8669, 8668)))

    smartflo.assert_called("POST", "/v1/auth/login", times=1)
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=3)


@pytest.mark.usefixtures("login")
@pytest.mark.parametrize("quirk", [401, 200])
def test_logs_in_again_for_each_list(quirk: int, smartflo: Smartflo) -> None:
    """An expired token is replaced before the next list, whether the API reports it with status 401 or 200."""
    smartflo.quirks(expired_token=quirk)
    lead_list = smartflo.add_list(leads=10)

    def progress(*_: object) -> None:
        smartflo.clock.advance(hours=2)

    report = check(*repeat(lead_list.url, 3), progress=progress)

    assert (30, "A") == (report.leads, report.grade)
    smartflo.assert_called("POST", "/v1/auth/login", times=3)
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{lead_list.id}", times=5)


def test_accepts_token_or_login_as_argument(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument ``token`` takes precedence over the environment."""
    lead_list = smartflo.add_list(leads=20)
    monkeypatch.setenv("SMARTFLO_TOKEN", "")
    for token in (smartflo.token, Credentials(None, smartflo.email, smartflo.password)):
        assert "A" == check(lead_list.url, token=token).grade
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


@pytest.mark.usefixtures("login")
@pytest.mark.parametrize("quirk", [401, 200])
def test_does_not_replace_expired_token_argument(quirk: int, smartflo: Smartflo) -> None:
    """The login in the environment does not belong to it."""
    smartflo.quirks(expired_token=quirk)
    lead_list = smartflo.add_list(leads=1)
    smartflo.clock.advance(hours=2)

    with pytest.raises(LiveError, match="check that SMARTFLO_TOKEN is correct and has not expired"):
        check(lead_list.url, token=smartflo.token)
    smartflo.assert_not_called("POST", "/v1/auth/login")


def test_stops_at_second_login_that_is_refused(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not repeated, and nothing else is requested; the list that was read before is reported."""
    monkeypatch.delenv("SMARTFLO_TOKEN")
    login = raw_response(b'{"access_token":"one"}', length=22)
    server = serve(login, raw_response(b"[]", length=2), raw_response(b"{}", status="401 x", length=2))
    url = f"{server.url}/v1/broadcast/leads/1"

    report = check(url, url, f"{url}2?x=y", token=Credentials(None, "crm@example.com", "any-password"))

    refusal = f"the login at {server.url} was refused: status 401"
    assert (refusal, f"{url}2 was not requested: {refusal}") == report.unreadable
    assert [url, url, f"{url}2"] == [source.name for source in report.sources]
    assert ["POST", "GET", "GET", "POST"] == [head.partition(" ")[0] for head in server.heads]


@pytest.mark.usefixtures("login")
def test_reports_error_with_status_200(smartflo: Smartflo) -> None:
    """An object that reports an error other than an expired token is a finding, and causes no second login."""
    smartflo.quirks(unknown_list="200_error")
    report = check(f"{smartflo.url}/v1/broadcast/leads/1")

    assert ("F", ["error-body"]) == (report.grade, rules(report))
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


def test_refuses_urls_with_side_effects() -> None:
    """A URL that starts a broadcast is not requested."""
    with pytest.raises(LiveError, match="was not sent: it starts or stops a broadcast"):
        check("http://127.0.0.1:9/v1/broadcast/start/1")


def test_keeps_token_from_redirect_targets(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect to another origin is followed only without credentials, and never to HTTP on another host."""
    target = serve(raw_response(BODY, length=len(BODY)))
    server = serve(raw_response(b"", f"Location: {target.url}{PATH}", status="302 x", length=0))
    monkeypatch.setenv("SMARTFLO_TOKEN", "of-production")
    with pytest.raises(LiveError, match="which is not followed: the token is sent to") as caught:
        check(server.url + PATH)
    assert "of-production" not in str(caught.value)
    assert "5550000042" not in str(caught.value)
    assert [] == target.heads

    monkeypatch.delenv("SMARTFLO_TOKEN")
    assert 3 == check(server.url + PATH).leads
    assert "authorization" not in target.heads[0].lower()

    server = serve(raw_response(b"", f"Location: http://api.example.com{PATH}", status="302 x", length=0))
    for token in (None, "of-production"):
        with pytest.raises(LiveError, match="redirects to a URL that is not followed: expected an https URL"):
            check(server.url + PATH, token=token)


# --- defects of the response


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (404, ["http-status"]),
        ("html", ["content-type", "html-body"]),
        ("content_type", ["content-type"]),
        ("cut", ["cut-connection", "dangling-comma"]),
        ("cut_clean", ["dangling-comma"]),
        ("dangling_comma", ["dangling-comma"]),
        ("invalid_utf8", ["not-utf8"]),
        ("duplicate_leads", ["lead-id-unique"]),
    ],
)
def test_reports_faults_of_fake(smartflo: Smartflo, fault: int | str, expected: list[str]) -> None:
    """A defect is a finding, and the leads that can be read are checked."""
    lead_list = smartflo.add_list(leads=30)
    smartflo.fail(fault)

    assert expected == rules(check(lead_list.url))


def test_names_position_of_truncation(smartflo: Smartflo) -> None:
    """The finding contains the bytes and leads before the connection was cut."""
    lead_list = smartflo.add_list(leads=30)
    smartflo.fail("cut")
    report = check(lead_list.url)

    (cut,) = (finding for finding in report.findings if finding.rule == "cut-connection")
    (source,) = report.sources
    assert f"at byte {source.bytes:,}, after {format_count(source.leads, 'lead')}" in cut.got
    assert source.bytes > 1_000


@pytest.mark.parametrize(
    ("response", "expected", "leads"),
    [
        (raw_response(BODY, length=len(BODY) + 9), {"cut-connection": 1, "lead-id-unique": 1}, 3),
        (raw_response(BODY, length=len(BODY) - 9), {"truncated-body": 1, "lead-id-unique": 1}, 2),
        (
            raw_response(BODY[:-9], length=len(BODY)),
            {"cut-connection": 1, "truncated-body": 1, "lead-id-unique": 1},
            2,
        ),
        (
            raw_response(b"\n".join(LEADS)[:-9], length=9_999),
            {"cut-connection": 1, "truncated-body": 1, "no-array": 1},
            1,
        ),
    ],
    ids=["too long", "too short", "cut in a lead", "cut in a line"],
)
def test_reports_wrong_content_length(response: bytes, expected: dict[str, int], leads: int, serve: Any) -> None:
    """The leads that arrived are checked, and the missing ones are a finding."""
    report = check(serve(response).url + PATH)

    assert leads == report.leads
    assert expected.items() <= {finding.rule: finding.count for finding in report.findings}.items()


@pytest.mark.parametrize(("start", "repeated"), [(b"[", LEADS[0] + b","), (b"", b" "), (b"", LEADS[0] + b"\n")])
def test_limits_time_of_endless_responses(start: bytes, repeated: bytes, serve: Any, tmp_path: Path) -> None:
    """Check and recording end after ``max_time``, and no file is written."""

    def send(connection: socket.socket) -> None:
        connection.sendall(raw_response(start))
        for chunk in repeat(repeated):
            connection.sendall(chunk)

    url = serve(send).url + PATH
    for read in (check, partial(record, path=tmp_path / "fixture.json")):
        with pytest.raises(LiveError) as caught:
            read(url, max_time=0.001)
        message = str(caught.value)
        assert message.startswith("the response did not end within 0.001 seconds, after ")
        assert message.endswith(" bytes; --max-time allows more time")
    assert [] == list(tmp_path.iterdir())
