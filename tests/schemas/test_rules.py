"""Every rule of the table: where it fires, where it does not, and how bad that is."""

import json
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, NamedTuple

import pytest

from smartflo_contract.factories import DEFAULT_COLUMNS, lead
from smartflo_contract.schemas import lead_format, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.response_check import ResponseCheck
from smartflo_contract.schemas.rules.table import RULES

Leads = list[dict[str, Any]]
Change = Callable[[Leads], object]
COLUMNS = (*DEFAULT_COLUMNS, *(f"Column {number}" for number in range(9, 35)))
STRICT = {"sample": "break", "documented": "break", "lenient": "surprise"}
OPEN: dict[str, Any] = {"additionalProperties": True}


def _everywhere(severity: str) -> dict[str, str]:
    return dict.fromkeys(["sample", "documented", "lenient"], severity)


def _put(**values: Any) -> Change:
    return lambda leads: leads[0].update(values)


def _times(created: int, updated: int) -> Change:
    return _put(created_at=_time(created), updated_at=_time(updated))


def _time(milliseconds: int) -> dict[str, dict[str, str]]:
    return {"$date": {"$numberLong": str(milliseconds)}}


def _header(count: int) -> Change:
    names = ["Name"] * count
    return lambda leads: leads[0].update(header=names if isinstance(leads[0]["header"], list) else json.dumps(names))


def _copy(*keys: str) -> Change:
    return lambda leads: leads[1].update({key: leads[0][key] for key in keys})


def _hours_early(seconds: int) -> Change:
    def change(leads: Leads) -> None:
        created = (int(leads[0]["lead_id"][:8], 16) - seconds) * 1000 if isinstance(leads[0]["lead_id"], str) else 0
        leads[0].update(created_at=_time(created))

    return change


def _other_list(leads: Leads) -> None:
    leads[1]["list_id"] = 9
    if leads[1]["id"] == "8668":
        leads[1]["id"] = "9"


def _keep_fields(count: int) -> Change:
    def change(leads: Leads) -> None:
        for number in range(count, 35):
            leads[0].pop(f"field_{number}")
        _header(count)(leads)
        leads[0]["sensitive_field_map"] = "[]"

    return change


class Case(NamedTuple):
    """What a rule says.

    Attributes:
        severity: by profile.
        pointer: where it says it.
        breaks: makes a lead, or two, break the rule.
        near: changes that come close and break nothing.
        overlay: laid over the contract.
    """

    severity: Mapping[str, str]
    pointer: str
    breaks: list[Change]
    near: list[Change]
    overlay: dict[str, Any] | None = None


CASES = {
    "header-json": Case(
        {"sample": "break", "lenient": "break"},
        "/*/header",
        [_put(header=text) for text in ["", "Phone", "{}", '"a"', "[1]", "[null]", '["a"', '["a",["b"]]']],
        [_put(header="[]"), _put(header=' ["a", ""] '), _put(header='["\\u00e9\U0001f600"]')],
    ),
    "sensitive-json": Case(
        {"sample": "break"},
        "/*/sensitive_field_map",
        [
            _put(sensitive_field_map=text)
            for text in ["", "three", "{}", "[1.0]", "[true]", '["1"]', "[1", "²", "3", "99", "9" * 5000]
        ],
        [_put(sensitive_field_map="[]"), _put(sensitive_field_map="[ 0, 34 ]")],
    ),
    "sensitive-json-or-count": Case(
        {"lenient": "break"},
        "/*/sensitive_field_map",
        [_put(sensitive_field_map=text) for text in ["", "three", "{}", "[1.0]", "1.0", "-1", "²", "٣"]],
        [_put(sensitive_field_map="[]"), _put(sensitive_field_map="3"), _put(sensitive_field_map="0")],
    ),
    "sensitive-range": Case(
        {"sample": "break", "lenient": "surprise"},
        "/*/sensitive_field_map",
        [_put(sensitive_field_map=text) for text in ["[35]", "[0,-1]"]],
        [_put(sensitive_field_map=text) for text in ["[34]", "[0,0]"]],
    ),
    "sensitive-count": Case(
        {"documented": "break", "lenient": "surprise"},
        "/*/sensitive_field_map",
        [_put(sensitive_field_map=text) for text in ["36", "9999999999999999999"]],
        [_put(sensitive_field_map=text) for text in ["35", "0"]],
    ),
    "fields-contiguous": Case(
        _everywhere("break"),
        "/*/field_35",
        [_put(field_36=""), _put(field_36="", field_38=""), _put(field_1000="")],
        [_put(field_35=""), _put(field_36="", field_35="")],
    ),
    "columns-fit-fields": Case(STRICT, "/*/header", [_header(36)], [_header(35), _header(0)]),
    "few-fields": Case({"lenient": "surprise"}, "/*/field_6", [_keep_fields(6), _keep_fields(1)], [_keep_fields(7)]),
    "many-fields": Case(
        {"sample": "surprise", "lenient": "surprise"},
        "/*/field_35",
        [_put(field_35=""), _put(field_35="x", field_36="")],
        [lambda leads: leads[0].update(field_35="", header=json.dumps(["Name"] * 36)), _put(field_36="")],
    ),
    "number-long-64-bit": Case(
        _everywhere("break"),
        "/*/available_at/$date/$numberLong",
        [_put(available_at=_time(2**63)), _put(available_at=_time(-(2**63) - 1))],
        [_put(available_at=_time(2**63 - 1)), _put(available_at=_time(-(2**63)))],
    ),
    "created-before-updated": Case(
        STRICT, "/*/updated_at", [_times(1001, 1000), _times(0, -1)], [_times(1000, 1000), _times(-1, 0)]
    ),
    "created-twelve-hours-early": Case(
        {"sample": "doc-only", "lenient": "doc-only"},
        "/*/created_at",
        [_hours_early(12 * 60 * 60)],
        [_hours_early(12 * 60 * 60 + 1), _hours_early(12 * 60 * 60 - 1), _hours_early(24 * 60 * 60)],
    ),
    "one-list-id": Case(
        _everywhere("break"), "/*/list_id", [_other_list], [lambda leads: leads[1].update(list_id=8668.0)]
    ),
    "id-unique": Case({"sample": "break"}, "/*/id", [_copy("id", "lead_id")], [_copy("field_0")]),
    "lead-id-unique": Case(
        {"documented": "break", "lenient": "break"}, "/*/lead_id", [_copy("id", "lead_id")], [_copy("field_0")]
    ),
    "lead-id-equals-id": Case(
        {"sample": "break", "lenient": "break"},
        "/*/lead_id",
        [_put(lead_id="0" * 24)],
        [_put(id="0" * 24, lead_id="0" * 24)],
    ),
    "id-is-list-id": Case(
        {"documented": "break", "lenient": "break"}, "/*/id", [_put(id="1"), _put(id="86680")], [_put(id="8668")]
    ),
    "unknown-key": Case(
        _everywhere("surprise"),
        "/*/extra",
        [_put(extra=None), _put(extra=1), _put(extra="text"), _put(extra=[]), _put(extra={"a": 1})],
        [_put(field_35="")],
        OPEN,
    ),
    "unknown-value": Case(
        _everywhere("surprise"),
        "/*/dial_status",
        [_put(dial_status=value) for value in [0, 10, -1, 2**53 - 1]],
        [_put(dial_status=9), _put(dial_status=1.0), _put(dialer_dial_status=-9), _put(dialer_dial_status=4711)],
    ),
    "email-masked": Case(
        _everywhere("info"),
        "/*/field_2",
        [_put(field_2="[email protected]"), _put(field_2="[email\N{NO-BREAK SPACE}protected]")],
        [_put(field_2=""), _put(field_2="a [email protected]")],
    ),
}
FIRES = [
    pytest.param(name, profile, change, id=f"{name}-{profile}-{number}")
    for name, case in CASES.items()
    for profile in case.severity
    for number, change in enumerate(case.breaks)
]
QUIET = [
    pytest.param(name, profile, change, id=f"{name}-{profile}-{number}")
    for name, case in CASES.items()
    for profile in case.severity
    for number, change in enumerate(case.near)
]


def _leads(profile: str, change: Change | None = None, first: int = 0) -> Leads:
    """Return two leads of list 8668 with 35 columns; under lenient they have the sample's form."""
    reading = "documented" if profile == "documented" else "sample"
    leads: Leads = [{**lead(1, 8668, index, profile=reading, columns=COLUMNS)} for index in (first, first + 1)]
    if change is not None:
        change(leads)
    return leads


def test_the_cases_are_those_of_the_table() -> None:
    """Every rule of the table has a case here."""
    assert sorted(CASES) == sorted(rule.name for rule in RULES)


def test_the_severities_are_those_of_the_table() -> None:
    """Every rule holds in the profiles, and with the severity, that its case says."""
    assert {name: case.severity for name, case in CASES.items()} == {rule.name: rule.severity for rule in RULES}


def test_rules_name_their_evidence() -> None:
    """Every rule says where its claim comes from."""
    assert [rule.name for rule in RULES if not rule.evidence or not rule.claim] == []


def test_leads_that_the_cases_start_from_have_no_finding(profile: str) -> None:
    """The two leads break no rule."""
    assert load_contract(profile).check(_leads(profile)) == ()


@pytest.mark.parametrize(("name", "profile", "change"), FIRES)
def test_rule_fires(name: str, profile: str, change: Change) -> None:
    """A lead that breaks one rule has this one finding, at its pointer and with its severity."""
    case = CASES[name]
    findings = load_contract(profile, case.overlay).check(_leads(profile, change))

    assert [(name, case.pointer, case.severity[profile], 1)] == [
        (finding.rule, finding.pointer, finding.severity, finding.count) for finding in findings
    ]


@pytest.mark.parametrize("often", [1, 12])
@pytest.mark.parametrize(("name", "profile", "change"), FIRES)
def test_rule_fires_among_many(name: str, profile: str, change: Change, often: int) -> None:
    """Among leads that are checked together a rule fires as in those that are checked one by one."""
    contract = load_contract(profile, CASES[name].overlay)
    changed = [_leads(profile, change, 2 * number) for number in range(often)]
    others = [_leads(profile, None, 2 * number) for number in range(often, often + 12)]
    body = list(chain.from_iterable([*others[:5], *changed, *others[5:]]))
    together, alone = ResponseCheck(data_of(contract)), ResponseCheck(data_of(contract))
    together.add_decoded(body)
    for found in body:
        alone.add(found)

    assert alone.findings() == together.findings()
    assert alone.broken == together.broken
    assert name in {one.rule for one in together.findings()}


@pytest.mark.parametrize(("name", "profile", "change"), QUIET)
def test_rule_is_quiet(name: str, profile: str, change: Change) -> None:
    """A lead that only comes close to breaking a rule has no finding of it."""
    findings = load_contract(profile, CASES[name].overlay).check(_leads(profile, change))

    assert [finding for finding in findings if finding.rule == name] == []


@pytest.mark.parametrize(("name", "profile", "change"), FIRES)
def test_breaks_alone_decide_validity(name: str, profile: str, change: Change) -> None:
    """is_valid is false for a break, true for every lesser finding."""
    case = CASES[name]

    assert load_contract(profile, case.overlay).is_valid(_leads(profile, change)) == (case.severity[profile] != "break")


@pytest.mark.parametrize(("name", "profile", "change"), FIRES)
def test_finding_names_the_profiles_of_its_rule(name: str, profile: str, change: Change) -> None:
    """The finding of a rule names the profiles that have the rule, and its evidence."""
    (rule,) = (rule for rule in RULES if rule.name == name)
    (finding,) = load_contract(profile, CASES[name].overlay).check(_leads(profile, change))

    assert (finding.profiles, finding.evidence, finding.contradiction) == (
        tuple(rule.severity),
        rule.evidence,
        rule.contradiction,
    )


@pytest.mark.parametrize(("name", "profile", "change"), [case for case in FIRES if case.values[0] != "unknown-key"])
def test_rules_say_nothing_about_what_the_schema_refuses(name: str, profile: str, change: Change) -> None:
    """A key that the schema refuses is one finding, whatever rules read it."""
    leads = _leads(profile, change)
    key = CASES[name].pointer.split("/")[2]
    leads[0][key] = leads[1][key] = {"refused": True}
    findings = load_contract(profile).check(leads)

    assert [
        finding.rule for finding in findings if finding.pointer.startswith(f"/*/{key}") and finding.rule == name
    ] == []


@pytest.mark.parametrize(
    "key", ["header", "sensitive_field_map", "created_at", "updated_at", "lead_id", "id", "list_id"]
)
def test_rules_say_nothing_about_what_is_missing(profile: str, key: str) -> None:
    """A missing key is one finding, whatever rules would read it."""
    leads = _leads(profile)
    for found in leads:
        del found[key]
    findings = load_contract(profile).check(leads)

    assert [(finding.rule, finding.pointer) for finding in findings] in ([("required", f"/*/{key}")], [])


def test_identifiers_are_compared_within_one_response() -> None:
    """Two responses may hold the same lead."""
    contract = load_contract()

    assert (contract.check(_leads("sample")), contract.check(_leads("sample"))) == ((), ())


@pytest.mark.parametrize("profile", ["documented", "lenient"])
def test_integers_are_unique_also_when_written_as_decimals(profile: str) -> None:
    """1 and 1.0 are one JSON number, and so one lead_id."""
    leads = _leads("documented")
    leads[1]["lead_id"] = float(leads[0]["lead_id"])
    findings = load_contract(profile).check(leads)

    assert [finding.rule for finding in findings] == ["lead-id-unique"]


def test_memories_are_bounded() -> None:
    """What the rules remember of texts and keys has a limit."""
    caches = [value for value in vars(lead_format).values() if hasattr(value, "cache_info")]

    assert [cache for cache in caches if cache.cache_info().maxsize is None] == []


def test_there_are_memories() -> None:
    """Texts that repeat from lead to lead are remembered."""
    assert any(hasattr(value, "cache_info") for value in vars(lead_format).values())


@pytest.mark.parametrize("key", ["header", "sensitive_field_map"])
def test_long_texts_are_read_as_well(key: str) -> None:
    """A text too long to be remembered is read all the same."""
    leads = _leads("sample", _put(**{key: json.dumps([0] * 5000)}))
    findings = load_contract("sample").check(leads)

    assert [finding.rule for finding in findings] == (["header-json"] if key == "header" else [])


@pytest.mark.parametrize(
    ("form", "rule"),
    [("[99]", "sensitive-range"), ("three", "sensitive-json"), ("[5]", None)],
)
def test_what_repeats_is_said_of_every_lead(form: str, rule: str | None) -> None:
    """A text that repeats from lead to lead is a fault of each of them."""
    leads = _leads("sample")
    for found in leads:
        found["sensitive_field_map"] = form
    findings = load_contract("sample").check(leads)

    assert [(finding.rule, finding.count) for finding in findings] == ([] if rule is None else [(rule, 2)])


@pytest.mark.parametrize("profile", ["documented", "lenient"])
def test_times_are_checked_also_where_one_is_absent(profile: str) -> None:
    """updated_at may be absent under these profiles; the other times are still held to 64 bits."""
    found = lead(1, 8668, 0, profile=profile)
    body = {key: value for key, value in found.items() if key != "updated_at"} | {"created_at": _time(2**63)}

    assert [finding.pointer for finding in load_contract(profile).check([body])] == ["/*/created_at/$date/$numberLong"]
