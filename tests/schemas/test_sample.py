"""The vendor's sample response: structure and values as published, without its personal data."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from smartflo_contract.schemas import load_contract

DOCUMENTED_BREAKS = {
    "/*/id": "id-meaning",
    "/*/lead_id": "lead-id-type",
    "/*/retry_count": "retry-count-type",
    "/*/header": "header-type",
    "/*/sensitive_field_map": "sensitive-field-map-meaning",
    "/*/skill_id": "skill-id-null",
    "/*/time_group": "time-group-null",
    "/*/dialer_skill": "dialer-skill-null",
}


@pytest.mark.parametrize("profile", ["sample", "lenient"])
def test_sample_is_valid(sample: list[dict[str, Any]], profile: str) -> None:
    """The vendor's sample has no break in ``sample`` and ``lenient``."""
    assert load_contract(profile).is_valid(sample)


@pytest.mark.parametrize("profile", ["sample", "lenient"])
def test_sample_shows_the_twelve_hours(sample: list[dict[str, Any]], profile: str) -> None:
    """The only finding about the sample is its gap of 12 hours."""
    findings = load_contract(profile).check(sample)

    assert [(finding.severity, finding.rule) for finding in findings] == [("doc-only", "created-twelve-hours-early")]


def test_sample_differs_from_the_table_at_eight_keys(sample: list[dict[str, Any]]) -> None:
    """In ``documented`` there are findings at eight keys, each linked to its contradiction."""
    findings = load_contract("documented").check(sample)

    assert sorted((finding.pointer, finding.contradiction) for finding in findings) == sorted(DOCUMENTED_BREAKS.items())


def test_differences_from_the_table_are_breaks(sample: list[dict[str, Any]]) -> None:
    """Each of the eight is a break that occurs once, in the first lead."""
    findings = load_contract("documented").check(sample)

    assert {(finding.severity, finding.count, finding.first) for finding in findings} == {("break", 1, 0)}


def test_checks_decoded_and_encoded_bodies_alike(sample: list[dict[str, Any]], profile: str) -> None:
    """A body has the same findings decoded, as a string and as bytes."""
    contract, text = load_contract(profile), json.dumps(sample)
    found = [contract.check(body) for body in (sample, text, text.encode(), bytearray(text.encode()))]

    assert found == [found[0]] * 4


def test_sample_has_the_published_values(sample: list[dict[str, Any]]) -> None:
    """Values that are not personal are as published: list, statuses, columns, and the values under other columns."""
    names = json.loads(sample[0]["header"])

    assert (sample[0]["list_id"], len(names), sample[0]["field_6"], sample[0]["field_7"]) == (8668, 9, "689", "Cloud")


def test_sample_has_no_real_phone_number(sample: list[dict[str, Any]]) -> None:
    """Every phone number in the file is of the series that cannot ring."""
    text = json.dumps(sample)

    assert [found for found in re.findall(r"\+[0-9]{6,}", text) if not found.startswith("+915550")] == []


def test_sample_has_no_real_email_address() -> None:
    """Every e-mail address in the file is of a domain reserved for examples."""
    text = files("smartflo_contract.schemas").joinpath("sample.json").read_text(encoding="utf-8")

    assert [found for found in re.findall(r"@[\w.]+", text) if found != "@example.com"] == []
