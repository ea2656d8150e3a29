"""Every value in the contract occurs within 500 examples."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_format import column_names
from smartflo_contract.strategies import leads

from .conftest import Drawn

COLUMN_COUNTS = {0, 1, 6, 7, 9, 34, 35, 36, 100}
NULLABLE = ("skill_id", "time_group", "dialer_skill")


@pytest.fixture(name="first_examples", scope="module")
def _first_examples(drawn: Drawn) -> Callable[[str], list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}

    def first_examples(profile: str) -> list[dict[str, Any]]:
        if profile not in found:
            found[profile] = drawn(leads(profile=profile), 500)
        return found[profile]

    return first_examples


Examples = Callable[[str], list[dict[str, Any]]]


def fields(lead: dict[str, Any]) -> int:
    """Return how many fields a lead has."""
    return sum(key.startswith("field_") for key in lead)


def test_draws_every_known_value(profile: str, first_examples: Examples) -> None:
    """Within 500 examples, each known value of each open enumeration occurs."""
    missing = {
        key: set(known.labels) - {lead[key] for lead in first_examples(profile)}
        for key, known in data_of(load_contract(profile)).known_values.items()
    }

    assert {key for key, values in missing.items() if values} == set()


@pytest.mark.fast_only(profile="documented")
def test_draws_dispositions_of_an_account(profile: str, first_examples: Examples) -> None:
    """Positive dispositions that no page lists occur."""
    listed = data_of(load_contract(profile)).known_values["dialer_dial_status"].labels
    found = {lead["dialer_dial_status"] for lead in first_examples(profile)} - listed.keys()

    assert found
    assert min(found) > 0


@pytest.mark.parametrize("key", NULLABLE)
@pytest.mark.parametrize("profile", ["sample", "lenient"])
def test_draws_null_and_other_values(profile: str, key: str, first_examples: Examples) -> None:
    """A nullable key is null in some examples only."""
    assert {True, False} == {lead[key] is None for lead in first_examples(profile)}


@pytest.mark.parametrize("key", NULLABLE)
def test_never_draws_null_under_documented(key: str, first_examples: Examples) -> None:
    """The vendor's table has no null."""
    assert {False} == {lead[key] is None for lead in first_examples("documented")}


def test_draws_every_number_of_columns(profile: str, first_examples: Examples) -> None:
    """Headers have no column, one, counts around those of the vendor's page, and many."""
    counts = {len(column_names(lead["header"]) or ()) for lead in first_examples(profile)}

    assert counts == COLUMN_COUNTS


def test_number_of_fields_follows_the_columns(first_examples: Examples) -> None:
    """There is a field for each column, and at least 35 under sample or 7 under documented."""
    counts = {
        (profile, fields(lead), len(column_names(lead["header"]) or ()))
        for profile in ("sample", "documented")
        for lead in first_examples(profile)
    }
    least = {"sample": 35, "documented": 7}

    assert {(profile, max(least[profile], columns), columns) for profile, _, columns in counts} == counts


def test_draws_any_number_of_fields_under_lenient(first_examples: Examples) -> None:
    """A lenient lead has one field or more, regardless of its columns."""
    counts = {fields(lead) for lead in first_examples("lenient")}

    assert {1, 2, 6, 7, 34, 35, 36, 100} <= counts


def test_draws_both_readings_under_lenient(first_examples: Examples) -> None:
    """If documentation and sample contradict each other on a type, both types occur."""
    made = first_examples("lenient")

    assert {str, int} == {type(lead["retry_count"]) for lead in made}
    assert {str, int} == {type(lead["lead_id"]) for lead in made}
    assert {str, list} == {type(lead["header"]) for lead in made}
    assert {True, False} == {lead["sensitive_field_map"].startswith("[") for lead in made}
    assert {True, False} == {lead["id"] == str(lead["list_id"]) for lead in made}


def test_draws_booleans_and_bounds(profile: str, first_examples: Examples) -> None:
    """Both booleans, and the minimum and maximum of every bounded number, occur."""
    made = first_examples(profile)
    bounded = {
        key: (schema["minimum"], schema["maximum"])
        for key, schema in load_contract(profile).lead["properties"].items()
        if schema.get("type") in ("integer", ["integer", "null"])
        and "x-known-values" not in schema
        and schema.get("x-faker") != "lead_number"
    }
    missing = {key for key, ends in bounded.items() if not set(ends) <= {lead[key] for lead in made}}

    assert {True, False} == {lead["undisposed_lead"] for lead in made}
    assert missing == set()


def test_draws_unusual_strings(first_examples: Examples) -> None:
    """Quotes, line breaks, Devanagari, right-to-left text and emoji occur in fields and column names."""
    made = first_examples("sample")
    texts = {text for lead in made for text in lead.values() if isinstance(text, str)}
    headers = {name for lead in made for name in json.loads(lead["header"])}
    wanted = ['"', "\n", "न", "ש", "😀"]

    assert [mark for mark in wanted if not any(mark in text for text in texts)] == []
    assert [mark for mark in wanted if not any(mark in name for name in headers)] == []


def test_draws_repeated_and_empty_column_names(first_examples: Examples) -> None:
    """Empty column names, and the same name twice, occur."""
    headers = [json.loads(lead["header"]) for lead in first_examples("sample")]

    assert any("" in names for names in headers)
    assert any(len(set(names)) < len(names) for names in headers)


def test_draws_a_value_for_every_field(first_examples: Examples) -> None:
    """Each of the 35 fields has a value in some leads only."""
    made = first_examples("sample")

    assert [n for n in range(35) if {True, False} != {bool(lead[f"field_{n}"]) for lead in made}] == []
