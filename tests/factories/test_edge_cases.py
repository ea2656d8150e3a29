"""The table of edge cases: profiles, reasons and evidence are true."""

import json
import re

import phonenumbers
import pytest

from smartflo_contract.factories import EDGE_CASES, EdgeCase
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.profile_names import PROFILES
from smartflo_contract.schemas.rules.table import RULES

LABELS = {"documented", "sample", "observed", "assumed"}
WANTED = """
header-shorter-than-fields header-longer-than-fields header-empty header-duplicate-names header-quotes
header-line-break header-emoji header-devanagari header-right-to-left sensitive-map-empty sensitive-map-out-of-order
sensitive-map-out-of-range phone-ten-digits phone-spaces phone-landline phone-empty phone-in-two-leads priority-1
priority-30 time-epoch-0 time-in-seconds time-year-9999 time-beyond-year-9999 time-64-bit-most time-64-bit-least
time-twelve-hours-early skill-id-null skill-id-given time-group-null time-group-given dialer-skill-null
dialer-skill-given text-very-long list-name-very-long email-masked dial-status-unknown disposition-unknown
""".split()  # noqa: SIM905  # reads better
CASES = [pytest.param(case, id=name) for name, case in EDGE_CASES.items()]


def test_contains_known_edge_cases() -> None:
    """The table has more than thirty entries."""
    assert [name for name in WANTED if name not in EDGE_CASES] == []
    assert len(EDGE_CASES) >= 30


@pytest.mark.parametrize("case", CASES)
def test_is_valid_under_its_profiles_only(case: EdgeCase) -> None:
    """An edge case is valid under the profiles that it lists, and under no other profile."""
    accepting = tuple(profile for profile in PROFILES if load_contract(profile).is_valid(case.leads))

    assert case.profiles == accepting
    assert case.conforms == bool(accepting)


@pytest.mark.parametrize("case", CASES)
def test_has_reason_and_evidence(case: EdgeCase) -> None:
    """An edge case has a sentence as reason, known labels of evidence, and a name of words and dashes."""
    assert EDGE_CASES[case.name] is case
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)+", case.name)
    assert re.fullmatch(r"\S.{9,}\.", case.why)
    assert case.evidence
    assert case.evidence.keys() <= LABELS
    assert all(case.evidence.values())


def test_reasons_are_true() -> None:
    """Numbers in reasons, and evidence from the sample, match the leads and the sample."""
    (sample,) = read("sample.json")
    hundred, capitals, quotes = (
        EDGE_CASES[name] for name in ("header-100-columns", "email-upper-case", "header-quotes")
    )

    assert 100 == len([key for key in hundred.lead if key.startswith("field_")])
    assert 35 == len([key for key in sample if key.startswith("field_")])
    assert capitals.lead["field_2"] != capitals.lead["field_2"].lower()
    assert ({"assumed"}, False) == (set(quotes.evidence), '"' in "".join(json.loads(sample["header"])))


@pytest.mark.parametrize("case", CASES)
def test_returns_copies_of_leads(case: EdgeCase) -> None:
    """A change of the leads does not change later copies, and JSON represents them."""
    before = json.dumps(case.leads)
    for lead in case.leads:
        lead["created_at"].clear()  # type: ignore[attr-defined]
        lead.clear()  # type: ignore[attr-defined]

    assert before == json.dumps(case.leads)
    assert json.loads(before) == case.leads


def test_edge_cases_differ() -> None:
    """No two edge cases have the same leads."""
    assert len({json.dumps(case.leads) for case in EDGE_CASES.values()}) == len(EDGE_CASES)


def test_contains_every_known_status() -> None:
    """Each known dial status and disposition has an entry, and so have some unknown ones."""
    contract = load_contract()
    for key, prefix in (("dial_status", "dial-status-"), ("dialer_dial_status", "disposition-")):
        values = {case.lead[key] for name, case in EDGE_CASES.items() if name.startswith(prefix)}  # type: ignore[literal-required]
        known = data_of(contract).known_values[key]

        assert set(known.labels) <= values
        assert [value for value in values if value not in known] != []


def test_lead_is_the_first_lead() -> None:
    """In an edge case of two leads, `lead` is the first."""
    case = EDGE_CASES["phone-in-two-leads"]

    assert case.lead == case.leads[0]
    assert len(case.leads) == 2
    assert len({lead["field_0"] for lead in case.leads}) == 1


def test_empty_list_has_no_first_lead() -> None:
    """The error states what to use instead."""
    assert EDGE_CASES["list-empty"].leads == []
    with pytest.raises(LookupError, match="`list-empty` is an empty list and has no first lead; use `leads`"):
        _ = EDGE_CASES["list-empty"].lead


def test_covers_every_rule_that_is_not_a_break() -> None:
    """Each rule of severity info or doc-only has a finding in an edge case."""
    lesser = {rule.name for rule in RULES if {"info", "doc-only"} & set(rule.severity.values())}
    found = {finding.rule for case in EDGE_CASES.values() for finding in load_contract().check(case.leads)}

    assert lesser
    assert lesser <= found


def test_phone_numbers_cannot_ring() -> None:
    """No phone number is valid."""
    texts = [
        str(value)
        for case in EDGE_CASES.values()
        for lead in case.leads
        for key, value in lead.items()
        if key.startswith("field_") or key == "alternate_phone_number"
    ]
    numbers = [match.number for text in texts for match in phonenumbers.PhoneNumberMatcher(text, "IN")]

    assert [number for number in numbers if phonenumbers.is_valid_number(number)] == []


def test_emails_are_at_reserved_domains() -> None:
    """All addresses are at domains for examples."""
    text = json.dumps([case.leads for case in EDGE_CASES.values()])

    assert set(re.findall(r"@([\w.]+)", text.lower())) <= {"example.com", "example.net", "example.org"}


def test_table_is_immutable() -> None:
    """The table has no method to add an entry."""
    assert not hasattr(EDGE_CASES, "__setitem__")


def test_unknown_name_suggests_the_nearest() -> None:
    """The error of an unknown name contains the nearest name."""
    with pytest.raises(KeyError, match=r"no edge case `header-emty`\. Did you mean `header-empty`"):
        EDGE_CASES["header-emty"]
