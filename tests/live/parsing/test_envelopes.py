"""Bodies that contain the leads in a property, or no leads at all."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from smartflo_contract.factories import lead_list
from smartflo_contract.live import Report, check

LEADS = lead_list(0, 8668, 30)


def rules(report: Report) -> list[tuple[str, str]]:
    """Return rule and pointer of each finding."""
    return [(finding.rule, finding.pointer) for finding in report.findings]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"data": LEADS}, "/data"),
        ({"success": True, "data": LEADS, "total": 30, "links": {"next": None}}, "/data"),
        ({"success": True, "response": {"page": 1, "leads": LEADS}, "message": "ok"}, "/response/leads"),
        ({"errors": [], "links": [{"href": "x"}], "list_id": 8668, "results": LEADS}, "/results"),
        ({"a/b~c": LEADS}, "/a~1b~0c"),
        ({"text": '"data": [{', "items": LEADS}, "/items"),
    ],
)
def test_checks_leads_in_envelope(body: Mapping[str, Any], pointer: str) -> None:
    """The finding names the property, and the leads are checked as in an array."""
    report = check(json.dumps(body).encode(), unknown_keys="show")

    assert ([("envelope", pointer)], 30, 0) == (rules(report), report.leads, report.broken)
    assert f"got an object that contains them at {pointer}" in report.findings[0].message


def test_checks_leads_in_long_envelope() -> None:
    """An envelope is streamed like an array, and findings about its leads are those of an array."""
    leads = [{**lead, "priority": 99} for lead in lead_list(0, 8668, 400)]
    content = json.dumps({"page": 1, "data": leads, "total": 400}).encode()
    report = check(content, max_item=4_096)

    assert [("envelope", "/data"), ("maximum", "/*/priority")] == rules(report)
    assert (400, 400, len(content)) == (report.leads, report.broken, report.sources[0].bytes)


@pytest.mark.parametrize(
    ("end", "rule"),
    [
        (b'], "total": 30', "truncated-body"),
        (b"", "truncated-body"),
        (b"]}x", "trailing-data"),
        (b",]}", "dangling-comma"),
    ],
)
def test_finds_defects_of_envelopes(end: bytes, rule: str) -> None:
    """A defect behind the leads is found as well."""
    report = check(json.dumps({"data": LEADS}).encode().removesuffix(b"]}") + end)

    assert ({("envelope", "/data"), (rule, "")}, 30) == (set(rules(report)), report.leads)


def test_checks_pages_of_envelopes() -> None:
    """Envelopes may follow each other, one for each page."""
    pages = [json.dumps({"data": lead_list(0, 8668, 40)[start : start + 20]}) for start in (0, 20)]
    report = check("\n".join(pages).encode())

    assert ([("envelope", "/data")], 40) == (rules(report), report.leads)


def test_names_empty_envelope() -> None:
    """It has no leads to check."""
    assert [("envelope", "/data")] == rules(check(b'{"success": true, "data": [], "total": 0}'))


@pytest.mark.parametrize(
    ("body", "route"),
    [
        ({"hasMore": False, "count": 0, "limit": 100, "data": []}, "GET /v1/broadcast/dnd/leads"),
        ([{"id": "a", "list_id": 1, "added_by": 1, "number": "x", "type": "number"}], "GET /v1/broadcast/dnd/leads"),
        ([{"id": 1, "name": "x"}], "GET /v1/broadcast/lists"),
        ([{"id": 1, "name": "x", "description": "", "field_map": []}] * 30, "GET /v1/broadcast/lists"),
        ({"data": [{"id": 1, "name": "x", "description": ""}]}, "GET /v1/broadcast/lists"),
        ({"count": 1, "limit": 1, "size": 1, "page": 1, "results": [{"lead_id": "a"}]}, "GET /v1/call/records"),
        ({"page": 1, "size": 1, "limit": 1, "results": []}, "GET /v2/broadcasts"),
        (
            [{"call_id": "1", "direction": "outbound", "state": "Ringing", "call_time": "00:00:01"}],
            "GET /v1/live_calls",
        ),
        ({"data": [{"id": 1, "name": "x"}], "last_seen_id": 1}, "GET /v1/users"),
        ([{"id": 1, "name": "x", "follow_me_number": "x"}], "GET /v1/agents"),
        ([{"id": 1, "name": "x", "alias": "x", "did": "x"}], "GET /v1/my_number"),
        (
            {"hasMore": False, "count": 1, "limit": 9, "data": [{"id": 1, "name": "x", "description": ""}]},
            "GET /v1/broadcast/dnd/lists",
        ),
        ({"success": True, "access_token": "secret"}, "POST /v1/auth/login"),
    ],
)
def test_recognizes_bodies_of_other_endpoints(body: object, route: str) -> None:
    """They are one finding, however many items they have."""
    report = check(json.dumps(body).encode())
    (finding,) = report.findings

    assert ("other-endpoint", "F") == (finding.rule, report.grade)
    assert finding.message.endswith(f"this is {route}")


@pytest.mark.parametrize(
    ("message", "got"),
    [
        ("Token has expired", 'an object with the message "Token has expired"'),
        ("too many requests", 'an object with the message "Too many requests."'),
        ("Asha Rao owes 5550000042", "an object that reports an error"),
    ],
)
def test_shows_known_error_messages_only(message: str, got: str) -> None:
    """Any other message may contain personal data."""
    (finding,) = check(json.dumps({"success": False, "message": message, "data": []}).encode()).findings

    assert ("error-body", got) == (finding.rule, finding.got)
    assert finding.help
