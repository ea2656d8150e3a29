"""What the proxy finds, reports, and refuses to pass on with --fail."""

import re
from typing import Any

import pytest

from .conftest import FINDINGS, LEADS, ClientOf

REASON = "X-Smartflo-Fake-Reason"


def test_counts_findings_in_header(smartflo: Any, client_of: ClientOf, capsys: pytest.CaptureFixture[str]) -> None:
    """The body is passed on all the same; header, journal and standard error name what is wrong, without values."""
    smartflo.fail("dangling_comma")
    client = client_of(smartflo.url)

    response = client.get(LEADS, headers=smartflo.headers)
    (entry,) = client.get("/__admin/requests").get_json()["requests"]

    assert (200, "break=1, surprise=0, doc-only=0") == (response.status_code, response.headers[FINDINGS])
    assert response.data.endswith(b"},")
    reason = "break: body: expected a lead after the comma, or no comma, got a comma before the end"
    assert response.headers[REASON].startswith(reason)
    assert entry["response"]["reason"].startswith(reason)
    assert f"GET {LEADS} 200 sample fault dangling_comma ({reason}" in capsys.readouterr().err


def test_fails_on_violation(smartflo: Any, client_of: ClientOf) -> None:
    """With --fail, a body that violates the contract is not passed on: the problem document has the findings."""
    smartflo.fail("dangling_comma", "html", "ok")
    client = client_of(smartflo.url, fail=True)

    comma, html, good = (client.get(LEADS, headers=smartflo.headers) for _ in range(3))

    assert [502, 502, 200] == [response.status_code for response in (comma, html, good)]
    assert "application/problem+json" == comma.mimetype
    assert ["dangling-comma"] == [finding["rule"] for finding in comma.get_json()["findings"]]
    assert ["html-body", "content-type"] == [finding["rule"] for finding in html.get_json()["findings"]]


def test_passes_surprises_on(smartflo: Any, client_of: ClientOf) -> None:
    """Only violations fail."""
    odd = {"dial_status": 77, "dialer_dial_status": 99, "surprising_key": 1}
    smartflo.add_list(id=8701, leads=[odd, odd])

    response = client_of(smartflo.url, fail=True).get("/v1/broadcast/leads/8701", headers=smartflo.headers)

    assert (200, "break=0, surprise=2, doc-only=0") == (response.status_code, response.headers[FINDINGS])
    assert response.headers[REASON].count("surprise: ") == 2


def test_follows_profile_and_overlay(smartflo: Any, client_of: ClientOf) -> None:
    """A list that the default accepts violates a stricter contract. The worst three findings are described."""
    overlay = {"properties": {"branch": {"type": "string"}}, "required": ["branch"]}
    by_table, by_overlay = (
        client_of(smartflo.url, **settings).get(LEADS, headers=smartflo.headers).headers
        for settings in ({"profile": "documented"}, {"overlay": overlay})
    )

    assert "break=1, surprise=0, doc-only=0" == by_overlay[FINDINGS]
    assert "/*/branch" in by_overlay[REASON]
    assert re.fullmatch("break=[4-9], surprise=0, doc-only=0", by_table[FINDINGS])
    assert re.search("; [1-9] more$", by_table[REASON])


def test_large_body_that_violates_contract_is_cut(smartflo: Any, client_of: ClientOf) -> None:
    """Above the buffer, the findings are known at the end: with --fail, the body stays incomplete, else it does not."""
    smartflo.fail("dangling_comma", "dangling_comma")
    whole = client_of(smartflo.url, max_buffer=0)
    failing = client_of(smartflo.url, max_buffer=0, fail=True)

    response = whole.get(LEADS, headers=smartflo.headers)
    with pytest.raises(ConnectionAbortedError, match="break: body"):
        failing.get(LEADS, headers=smartflo.headers, buffered=True)

    assert (200, "streamed", b"},") == (response.status_code, response.headers[FINDINGS], response.data[-2:])
    for client in (whole, failing):
        (entry,) = client.get("/__admin/requests").get_json()["requests"]
        assert entry["response"]["reason"].startswith("break: body: expected a lead after the comma")
