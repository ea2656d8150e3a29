"""The check of the real API; a fake stands in for it."""

from typing import Any

import pytest

from smartflo_contract.live import Credentials, LiveError, Report, check
from smartflo_contract.pytest_plugin import Smartflo


@pytest.fixture(name="token", autouse=True)
def _token(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTFLO_TOKEN", smartflo.token)


def by_login(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the environment a login instead of a token."""
    monkeypatch.delenv("SMARTFLO_TOKEN")
    monkeypatch.setenv("SMARTFLO_EMAIL", smartflo.email)
    monkeypatch.setenv("SMARTFLO_PASSWORD", smartflo.password)


def rules(report: Report) -> list[str]:
    """Return the rules of the findings."""
    return sorted(one.rule for one in report.findings)


def test_a_list(smartflo: Smartflo) -> None:
    """A list is read by one request, with the token; its name has no query."""
    made = smartflo.add_list(leads=30)
    report = check(f"{made.url}?page=1")

    assert ("A", 30, made.url) == (report.grade, report.leads, report.sources[0].name)
    assert ["GET"] == [request["method"] for request in smartflo.requests]


def test_one_login_for_all_lists(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a login id there is one login, however many lists are read."""
    by_login(smartflo, monkeypatch)
    check(*(f"{smartflo.url}/v1/broadcast/leads/{list_id}" for list_id in (8668, 8669, 8668)))

    smartflo.assert_called("POST", "/v1/auth/login", times=1)
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=3)


@pytest.mark.parametrize("quirk", [401, 200])
def test_a_login_whose_token_expires(quirk: int, smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is another login before the next list is read, in whichever way the API says that the token has expired."""
    by_login(smartflo, monkeypatch)
    smartflo.quirks(expired_token=quirk)
    made = smartflo.add_list(leads=10)
    report = check(made.url, made.url, made.url, progress=lambda *_: smartflo.clock.advance(hours=2))

    assert (30, "A") == (report.leads, report.grade)
    smartflo.assert_called("POST", "/v1/auth/login", times=3)
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{made.id}", times=5)


def test_a_login_that_is_given(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller may give a login as well as a token; either is taken before what the environment has."""
    made = smartflo.add_list(leads=20)
    monkeypatch.setenv("SMARTFLO_TOKEN", "")
    for given in (smartflo.token, Credentials(None, smartflo.email, smartflo.password)):
        assert "A" == check(made.url, token=given).grade
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


@pytest.mark.parametrize("quirk", [401, 200])
def test_a_token_that_has_expired(quirk: int, smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gave a token gave no login for it: it is not had anew, whatever the environment has."""
    by_login(smartflo, monkeypatch)
    smartflo.quirks(expired_token=quirk)
    made = smartflo.add_list(leads=1)
    smartflo.clock.advance(hours=2)

    with pytest.raises(LiveError, match="refuses the token: check that SMARTFLO_TOKEN is correct and has not expired"):
        check(made.url, token=smartflo.token)
    smartflo.assert_not_called("POST", "/v1/auth/login")


def test_a_later_login_that_is_refused(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not tried again, and ends the check."""
    monkeypatch.delenv("SMARTFLO_TOKEN")
    bodies = {"200 x": [b'{"access_token":"one"}', b"[]"], "401 x": [b"{}"]}
    good, leads, refused = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        for status, found in bodies.items()
        for body in found
    )
    server = serve(good, leads, refused)
    url = f"{server.url}/v1/broadcast/leads/1"

    with pytest.raises(LiveError, match=r"the login at .* was refused: status 401"):
        check(url, url, token=Credentials(None, "crm@example.com", "any-password"))
    assert ["POST", "GET", "GET", "POST"] == [head.partition(" ")[0] for head in server.heads]


def test_an_error_with_status_200_about_something_else(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what says that a token has expired is answered by a login; another error is a finding."""
    by_login(smartflo, monkeypatch)
    smartflo.quirks(unknown_list="200_error")
    report = check(f"{smartflo.url}/v1/broadcast/leads/1")

    assert ["error-body"] == rules(report)
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (404, ["http-status"]),
        ("html", ["content-type", "html-body"]),
        ("content_type", ["content-type"]),
        ("cut", ["cut-connection", "dangling-comma"]),
        ("cut_clean", ["dangling-comma"]),
        ("dangling_comma", ["dangling-comma"]),
        ("invalid_utf8", ["not-json"]),
        ("duplicate_leads", ["lead-id-unique"]),
    ],
)
def test_what_an_answer_may_be(smartflo: Smartflo, fault: int | str, found: list[str]) -> None:
    """What is wrong with an answer is a finding, and what can be read of it is checked."""
    made = smartflo.add_list(leads=30)
    smartflo.fail(fault)

    assert found == rules(check(made.url))


def test_where_an_answer_is_cut(smartflo: Smartflo) -> None:
    """The end of a connection is told by what has come before it."""
    made = smartflo.add_list(leads=30)
    smartflo.fail("cut")
    report = check(made.url)

    (cut,) = (one for one in report.findings if one.rule == "cut-connection")
    (source,) = report.sources
    assert f"at byte {source.bytes:,}, after {source.leads} leads" in cut.got
    assert source.bytes > 1_000


def test_an_error_with_status_200(smartflo: Smartflo) -> None:
    """An object that tells of an error is a finding, whatever its status."""
    smartflo.quirks(unknown_list="200_error")
    report = check(f"{smartflo.url}/v1/broadcast/leads/1")

    assert ("F", ["error-body"]) == (report.grade, rules(report))


def test_only_reading() -> None:
    """A URL that starts a broadcast is not asked for."""
    with pytest.raises(LiveError, match="was not sent: it starts or stops a broadcast"):
        check("http://127.0.0.1:9/v1/broadcast/start/1")
