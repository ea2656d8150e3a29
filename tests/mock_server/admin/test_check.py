"""Check responses through the admin API."""

import json

import pytest
from flask.testing import FlaskClient

from .conftest import LEADS, ME, client_of


def test_reports_what_a_response_violates(client: FlaskClient) -> None:
    """The report is that of the command `check`: findings with their evidence, in the profile that is named."""
    leads = client.get(LEADS, headers=ME).get_json()
    leads[3]["priority"] = 31
    report = client.post("/__admin/check", data=json.dumps(leads)).get_json()
    documented = client.post("/__admin/check?profile=documented", json=leads).get_json()

    assert ("lenient", "D", 25, 1) == tuple(report[key] for key in ("profile", "grade", "leads", "broken"))
    assert ["/*/priority"] == [finding["pointer"] for finding in report["findings"] if finding["severity"] == "break"]
    assert ("documented", "E") == (documented["profile"], documented["grade"])
    assert 1 == client.get("/__admin/requests").get_json()["total"]


def test_reads_har_files(client: FlaskClient) -> None:
    """Each response with leads in a HAR file is a source of the report."""
    client.get(LEADS, headers=ME)
    har = client.get("/__admin/requests.har", headers=ME).data
    report = client.post("/__admin/check", data=har).get_json()

    assert [25] == [source["leads"] for source in report["sources"]]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[{", b"\xff\xfe"])
def test_unreadable_bodies_are_findings(client: FlaskClient, body: bytes) -> None:
    """A body that is no JSON breaks the contract; it is no error of the request."""
    report = client.post("/__admin/check", data=body).get_json()

    assert "break" in [finding["severity"] for finding in report["findings"]]


def test_rejects_unknown_profiles_and_truncated_har_files(client: FlaskClient) -> None:
    """The problem states what is expected, and that a capture is cut off."""
    profile = client.post("/__admin/check?profile=strict", data=b"[]")
    truncated = client.post("/__admin/check", data=b'{"log": {"entries": [')

    assert (422, "profile: expected one of sample, documented, lenient") == (
        profile.status_code,
        profile.get_json()["detail"],
    )
    assert 422 == truncated.status_code
    assert "incomplete HAR file" in truncated.get_json()["detail"]


def test_fake_without_checker_says_how_to_check() -> None:
    """A fake in a process of tests does not check responses; the problem names the command."""
    response = client_of().post("/__admin/check", data=b"[]")

    assert 409 == response.status_code
    assert "smartflo-contract check FILE" in response.get_json()["detail"]
