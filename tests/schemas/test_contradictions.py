"""The contradictions of the vendor's page, as data and as values."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any, NamedTuple

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.schemas import CONTRADICTIONS, Finding, load_contract
from smartflo_contract.schemas.lead_format import field_numbering

BY_NUMBER = {
    1: ["id-meaning"],
    2: ["lead-id-type"],
    3: ["path-id-type"],
    4: ["retry-count-type"],
    5: ["header-type"],
    6: ["sensitive-field-map-meaning"],
    7: ["field-count"],
    8: ["header-offset"],
    9: ["available-at-meaning"],
    10: ["date-wrappers"],
    11: ["undocumented-keys"],
    12: ["skill-id-null", "time-group-null", "dialer-skill-null"],
    13: ["sample-not-json"],
    14: ["method-line"],
    15: ["authorization-missing", "mandatory-marks"],
    16: ["number-parameter"],
    17: ["email-masked"],
    18: ["disposition-list", "status-key-type"],
    19: ["created-at-twelve-hours"],
    20: ["lead-picked-boolean"],
    21: ["added-by-created-by"],
    22: ["write-response-case"],
    23: ["token-content"],
}
"""Number in section 4 of the vendor facts (smartflo_api.md) to entries; 24 is about personal data."""

INVISIBLE = {
    "path-id-type", "header-offset", "available-at-meaning", "date-wrappers", "sample-not-json", "method-line",
    "authorization-missing", "number-parameter", "lead-picked-boolean", "added-by-created-by",
    "mandatory-marks", "status-key-type", "write-response-case", "token-content",
}  # fmt: skip

Change = Callable[[dict[str, Any]], None]


def _put(**values: Any) -> Change:
    return lambda lead: lead.update(values)


def _drop(*keys: str) -> Change:
    def change(found: dict[str, Any]) -> None:
        for key in keys:
            del found[key]

    return change


class Reading(NamedTuple):
    """A value of one reading in a lead of the other, and the expected finding."""

    profile: str
    change: Change
    pointers: list[str]


READINGS = {
    "id-meaning": [
        Reading("sample", _put(id="8668"), ["/*/id"]),
        Reading("documented", _put(id="6054635a3b1f0c27d9e84a56"), ["/*/id"]),
    ],
    "lead-id-type": [
        Reading("sample", _put(lead_id=12), ["/*/lead_id"]),
        Reading("documented", _put(lead_id="6054635a3b1f0c27d9e84a56"), ["/*/lead_id"]),
    ],
    "retry-count-type": [
        Reading("sample", _put(retry_count="0"), ["/*/retry_count"]),
        Reading("documented", _put(retry_count=0), ["/*/retry_count"]),
    ],
    "header-type": [
        Reading("sample", _put(header=["Phone Number"]), ["/*/header"]),
        Reading("documented", _put(header='["Phone Number"]'), ["/*/header"]),
    ],
    "sensitive-field-map-meaning": [
        Reading("sample", _put(sensitive_field_map="3"), ["/*/sensitive_field_map"]),
        Reading("documented", _put(sensitive_field_map="[5,6,7]"), ["/*/sensitive_field_map"]),
    ],
    "field-count": [
        Reading(
            "sample", _drop(*(f"field_{number}" for number in range(9, 35))),
            [f"/*/field_{number}" for number in range(9, 35)],
        ),
    ],
    "undocumented-keys": [
        Reading(
            "sample", _drop("undisposed_lead", "call_count", "updated_at"),
            ["/*/call_count", "/*/undisposed_lead", "/*/updated_at"],
        ),
    ],
    "skill-id-null": [Reading("documented", _put(skill_id=None), ["/*/skill_id"])],
    "time-group-null": [Reading("documented", _put(time_group=None), ["/*/time_group"])],
    "dialer-skill-null": [Reading("documented", _put(dialer_skill=None), ["/*/dialer_skill"])],
}  # fmt: skip
CASES = [
    pytest.param(name, reading, id=f"{name}-{reading.profile}") for name, found in READINGS.items() for reading in found
]


def _changed(profile: str, change: Change) -> dict[str, Any]:
    found: dict[str, Any] = {**lead(1, 8668, 0, profile=profile)}
    change(found)
    return found


def _facts(findings: tuple[Finding, ...]) -> list[tuple[str, str | None]]:
    return sorted((finding.pointer, finding.contradiction) for finding in findings if finding.severity == "break")


def test_has_an_entry_for_every_known_contradiction() -> None:
    """The entries are those of the numbered vendor facts, and no others."""
    expected = [name for names in BY_NUMBER.values() for name in names]

    assert sorted(expected) == sorted(entry.id for entry in CONTRADICTIONS)


def test_ids_are_unique() -> None:
    """An id names one entry."""
    ids = [entry.id for entry in CONTRADICTIONS]

    assert len(ids) == len(set(ids))


def test_every_entry_has_both_readings() -> None:
    """Each entry has a documented reading and one of the sample."""
    without = [
        entry.id
        for entry in CONTRADICTIONS
        if set(entry.readings) != {"documented", "sample"} or not all(entry.readings.values())
    ]

    assert without == []


def test_every_entry_has_evidence() -> None:
    """Each entry has evidence with known labels, and the reading that the project follows."""
    labels = {"documented", "sample", "observed", "assumed"}
    without = [entry.id for entry in CONTRADICTIONS if not entry.evidence or not set(entry.evidence) <= labels]

    assert [*without, *(entry.id for entry in CONTRADICTIONS if not (entry.title and entry.followed))] == []


@pytest.mark.parametrize(
    "name", ["id-meaning", "sensitive-field-map-meaning", "header-offset", "available-at-meaning", "token-content"]
)
def test_labels_deduced_meanings_as_assumed(name: str) -> None:
    """A meaning that no page states has the label ``assumed``."""
    (entry,) = (entry for entry in CONTRADICTIONS if entry.id == name)

    assert "deduced" in entry.evidence["assumed"]


def test_marks_contradictions_that_no_value_shows() -> None:
    """A contradiction that no response can show is marked."""
    assert {entry.id for entry in CONTRADICTIONS if not entry.shows_in_values} == INVISIBLE


def test_pointers_name_keys_of_the_contract() -> None:
    """Every pointer of an entry is a key of a lead."""
    contract = load_contract()
    keys = {pointer.removeprefix("/*/") for entry in CONTRADICTIONS for pointer in entry.pointers}

    assert [key for key in keys if not contract.schema_of(key)] == []


def test_properties_name_entries() -> None:
    """Every contradiction that the lead schema names is an entry."""
    properties = load_contract().lead["properties"].values()
    named = {schema["x-contradiction"] for schema in properties if "x-contradiction" in schema}

    assert named <= {entry.id for entry in CONTRADICTIONS}


def test_entries_are_immutable() -> None:
    """An entry cannot be changed."""
    with pytest.raises(FrozenInstanceError):
        CONTRADICTIONS[0].id = "other"  # type: ignore[misc]


@pytest.mark.parametrize(("name", "reading"), CASES)
def test_the_other_reading_is_a_break(name: str, reading: Reading) -> None:
    """A value of the other reading is a break at its key, linked to its contradiction."""
    findings = load_contract(reading.profile).check([_changed(reading.profile, reading.change)])

    assert _facts(findings) == sorted((pointer, name) for pointer in reading.pointers)


@pytest.mark.parametrize(("name", "reading"), CASES)
def test_lenient_accepts_the_other_reading(name: str, reading: Reading) -> None:
    """The same value is valid in ``lenient``, whatever the reading of the other keys."""
    findings = load_contract("lenient").check([_changed(reading.profile, reading.change)])

    assert (name, _facts(findings)) == (name, [])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("field-count", _drop("field_7", "field_8")),
        ("undocumented-keys", _drop("undisposed_lead", "call_count", "updated_at")),
    ],
)
def test_documented_accepts_fewer_keys(name: str, change: Change) -> None:
    """In ``documented``, seven fields are enough and the three undocumented keys may be missing."""
    found = _changed("documented", change) | {"sensitive_field_map": "0"}
    found["header"] = found["header"][: field_numbering(tuple(found)).total]

    assert (name, load_contract("documented").check([found])) == (name, ())


@pytest.mark.parametrize("placeholder", ["[email protected]", "[email\N{NO-BREAK SPACE}protected]"])
def test_masked_email_is_reported_as_info(profile: str, placeholder: str) -> None:
    """The placeholder of the documentation's host is valid, and reported."""
    (finding,) = load_contract(profile).check([_changed(profile, _put(field_2=placeholder))])

    assert (finding.severity, finding.pointer, finding.contradiction) == ("info", "/*/field_2", "email-masked")


def test_disposition_list_is_open(profile: str) -> None:
    """A disposition that no page lists is a surprise, not a break."""
    (finding,) = load_contract(profile).check([_changed(profile, _put(dialer_dial_status=-10))])

    assert (finding.severity, finding.pointer) == ("surprise", "/*/dialer_dial_status")


@pytest.mark.parametrize("value", [-9, -8, -7, 0, 1, 4711])
def test_dispositions_of_other_pages_are_known(profile: str, value: int) -> None:
    """Dispositions of the vendor's other pages are as valid as those of the table."""
    assert load_contract(profile).check([_changed(profile, _put(dialer_dial_status=value))]) == ()


@pytest.mark.parametrize("profile", ["sample", "lenient"])
def test_created_at_twelve_hours_is_doc_only(profile: str) -> None:
    """``created_at`` exactly 12 hours before the time in the id is reported as doc-only."""
    created = {"$date": {"$numberLong": str((0x6054635A - 12 * 60 * 60) * 1000)}}
    identifiers = dict.fromkeys(["id", "lead_id"], "6054635a3b1f0c27d9e84a56")
    (finding,) = load_contract(profile).check([_changed("sample", _put(created_at=created, **identifiers))])

    assert (finding.severity, finding.contradiction) == ("doc-only", "created-at-twelve-hours")
