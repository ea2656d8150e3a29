"""The check of the real API; a fake stands in for it."""

import pytest

from smartflo_contract.live import LiveError, Report, check
from smartflo_contract.pytest_plugin import Smartflo


@pytest.fixture(name="token", autouse=True)
def _token(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTFLO_TOKEN", smartflo.token)


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
    monkeypatch.delenv("SMARTFLO_TOKEN")
    monkeypatch.setenv("SMARTFLO_EMAIL", smartflo.email)
    monkeypatch.setenv("SMARTFLO_PASSWORD", smartflo.password)
    check(*(f"{smartflo.url}/v1/broadcast/leads/{list_id}" for list_id in (8668, 8669, 8668)))

    smartflo.assert_called("POST", "/v1/auth/login", times=1)
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=3)


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


def test_an_error_with_status_200(smartflo: Smartflo) -> None:
    """An object that tells of an error is a finding, whatever its status."""
    smartflo.quirks(unknown_list="200_error")
    report = check(f"{smartflo.url}/v1/broadcast/leads/1")

    assert ("F", ["error-body"]) == (report.grade, rules(report))


def test_only_reading() -> None:
    """A URL that starts a broadcast is not asked for."""
    with pytest.raises(LiveError, match="was not sent: it starts or stops a broadcast"):
        check("http://127.0.0.1:9/v1/broadcast/start/1")
