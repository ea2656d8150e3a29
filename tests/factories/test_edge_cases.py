"""The table of edge cases: what each says of itself is so."""

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


def test_there_are_many() -> None:
    """The table has what clients are known to break at, and more than thirty entries."""
    assert [name for name in WANTED if name not in EDGE_CASES] == []
    assert len(EDGE_CASES) >= 30


@pytest.mark.parametrize("case", CASES)
def test_a_case_conforms_under_the_profiles_that_it_names(case: EdgeCase) -> None:
    """A case is valid under the profiles that it names, and under no other."""
    accepting = tuple(profile for profile in PROFILES if load_contract(profile).is_valid(case.leads))

    assert case.profiles == accepting
    assert case.conforms == bool(accepting)


@pytest.mark.parametrize("case", CASES)
def test_a_case_says_why_and_on_whose_word(case: EdgeCase) -> None:
    """A case has a sentence for its reason, known labels of evidence, and a name of words and dashes."""
    assert EDGE_CASES[case.name] is case
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)+", case.name)
    assert re.fullmatch(r"\S.{9,}\.", case.why)
    assert case.evidence
    assert case.evidence.keys() <= LABELS
    assert all(case.evidence.values())


def test_what_a_case_says_is_so() -> None:
    """Reasons that speak of numbers, and evidence that speaks of the sample, hold of the leads and of the sample."""
    (sample,) = read("sample.json")
    hundred, capitals, quotes = (
        EDGE_CASES[name] for name in ("header-100-columns", "email-upper-case", "header-quotes")
    )

    assert 100 == len([key for key in hundred.lead if key.startswith("field_")])
    assert 35 == len([key for key in sample if key.startswith("field_")])
    assert capitals.lead["field_2"] != capitals.lead["field_2"].lower()
    assert ({"assumed"}, False) == (set(quotes.evidence), '"' in "".join(json.loads(sample["header"])))


@pytest.mark.parametrize("case", CASES)
def test_leads_of_a_case_are_made_anew(case: EdgeCase) -> None:
    """Whatever a test does to the leads of a case, the next sees them as they were; JSON holds them."""
    before = json.dumps(case.leads)
    for lead in case.leads:
        lead["created_at"].clear()  # type: ignore[attr-defined]
        lead.clear()  # type: ignore[attr-defined]

    assert before == json.dumps(case.leads)
    assert json.loads(before) == case.leads


def test_no_two_cases_are_the_same() -> None:
    """Each case has leads of its own, with ids that no other case has but where that is the point."""
    assert len({json.dumps(case.leads) for case in EDGE_CASES.values()}) == len(EDGE_CASES)


def test_every_known_status_is_a_case() -> None:
    """Each known dial status and disposition, documented or not, has an entry, and some are unknown."""
    contract = load_contract()
    for key, prefix in (("dial_status", "dial-status-"), ("dialer_dial_status", "disposition-")):
        values = {case.lead[key] for name, case in EDGE_CASES.items() if name.startswith(prefix)}  # type: ignore[literal-required]
        known = data_of(contract).known_values[key]

        assert set(known.labels) <= values
        assert [value for value in values if value not in known] != []


def test_the_first_lead_of_a_case_is_its_lead() -> None:
    """Of a case of two leads, lead is the first."""
    case = EDGE_CASES["phone-in-two-leads"]

    assert case.lead == case.leads[0]
    assert len(case.leads) == 2
    assert len({lead["field_0"] for lead in case.leads}) == 1


def test_the_empty_list_has_no_lead() -> None:
    """Asking the empty list for its lead is an error that says what to use."""
    assert EDGE_CASES["list-empty"].leads == []
    with pytest.raises(LookupError, match="`list-empty` is an empty list and has no first lead; use `leads`"):
        _ = EDGE_CASES["list-empty"].lead


def test_every_lesser_rule_is_reported_of_some_case() -> None:
    """Each rule that only informs or tells a reading is reported of a case."""
    lesser = {rule.name for rule in RULES if {"info", "doc-only"} & set(rule.severity.values())}
    found = {finding.rule for case in EDGE_CASES.values() for finding in load_contract().check(case.leads)}

    assert lesser
    assert lesser <= found


def test_no_number_can_ring() -> None:
    """No phone number of any case may be somebody's."""
    texts = [
        str(value)
        for case in EDGE_CASES.values()
        for lead in case.leads
        for key, value in lead.items()
        if key.startswith("field_") or key == "alternate_phone_number"
    ]
    numbers = [match.number for text in texts for match in phonenumbers.PhoneNumberMatcher(text, "IN")]

    assert [number for number in numbers if phonenumbers.is_valid_number(number)] == []


def test_e_mails_are_nobody_s() -> None:
    """Addresses are at domains that nobody has."""
    text = json.dumps([case.leads for case in EDGE_CASES.values()])

    assert set(re.findall(r"@([\w.]+)", text.lower())) <= {"example.com", "example.net", "example.org"}


def test_the_table_cannot_be_changed() -> None:
    """A test cannot add to the table or take from it."""
    assert not hasattr(EDGE_CASES, "__setitem__")


def test_a_misspelt_name_is_told_the_nearest() -> None:
    """Asking for a case that is not there names the nearest."""
    with pytest.raises(KeyError, match=r"no edge case `header-emty`\. Did you mean `header-empty`"):
        EDGE_CASES["header-emty"]
