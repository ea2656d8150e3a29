"""Every rule of the table: what breaks it, what comes close, and how severe that is."""

import json
from collections.abc import Callable, Mapping
from functools import cache
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
FIELDS = [f"field_{number}" for number in range(35)]
OPEN: dict[str, Any] = {"additionalProperties": True}


def _in_every_profile(severity: str) -> dict[str, str]:
    return dict.fromkeys(["sample", "documented", "lenient"], severity)


def _set(**values: Any) -> Change:
    return lambda leads: leads[0].update(values)


def _times(created: int, updated: int) -> Change:
    return _set(created_at=_time(created), updated_at=_time(updated))


def _time(milliseconds: int) -> dict[str, dict[str, str]]:
    return {"$date": {"$numberLong": str(milliseconds)}}


def _header(count: int) -> Change:
    names = ["Name"] * count

    def change(leads: Leads) -> None:
        header = names if isinstance(leads[0]["header"], list) else json.dumps(names)
        leads[0]["header"] = leads[1]["header"] = header
        leads[1].update({f"field_{number}": "" for number in range(35, count)})

    return change


def _named_fields(count: int, **fields: str) -> Change:
    """Return a change that fills 35 fields of the first lead, or some, and names the first columns of both leads."""

    def change(leads: Leads) -> None:
        _header(count)(leads)
        leads[0].update(dict.fromkeys(FIELDS, "x") | fields)
        leads[1].update(dict.fromkeys(FIELDS, ""))
        leads[0]["sensitive_field_map"] = leads[1]["sensitive_field_map"] = (
            "0" if isinstance(leads[0]["header"], list) else "[]"
        )

    return change


def _header_of_second(header: str) -> Change:
    return lambda leads: leads[1].update(header=json.loads(header) if isinstance(leads[0]["header"], list) else header)


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
            leads[1][f"field_{number}"] = ""
        _header(count)(leads)
        leads[0]["sensitive_field_map"] = "[]"
        leads[1]["sensitive_field_map"] = "[]"

    return change


class Case(NamedTuple):
    """The expected findings of a rule.

    Attributes:
        severity: severity by profile.
        pointer: pointer of the findings.
        breaks: changes of two leads that break the rule.
        near: changes that come close and break nothing.
        overlay: overlay of the contract.
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
        [_set(header=header) for header in ["", "Phone", "{}", '"a"', "[1]", "[null]", '["a"', '["a",["b"]]']],
        [_set(header="[]"), _set(header=' ["a", ""] '), _set(header='["\\u00e9\U0001f600"]')],
    ),
    "sensitive-json": Case(
        {"sample": "break"},
        "/*/sensitive_field_map",
        [
            _set(sensitive_field_map=value)
            for value in ["", "three", "{}", "[1.0]", "[true]", '["1"]', "[1", "²", "3", "99", "9" * 5000]
        ],
        [_set(sensitive_field_map="[]"), _set(sensitive_field_map="[ 0, 34 ]")],
    ),
    "sensitive-json-or-count": Case(
        {"lenient": "break"},
        "/*/sensitive_field_map",
        [_set(sensitive_field_map=value) for value in ["", "three", "{}", "[1.0]", "1.0", "-1", "²", "٣"]],
        [_set(sensitive_field_map="[]"), _set(sensitive_field_map="3"), _set(sensitive_field_map="0")],
    ),
    "sensitive-range": Case(
        {"sample": "break", "lenient": "surprise"},
        "/*/sensitive_field_map",
        [_set(sensitive_field_map=value) for value in ["[35]", "[0,-1]"]],
        [_set(sensitive_field_map=value) for value in ["[34]", "[0,0]"]],
    ),
    "sensitive-count": Case(
        {"documented": "break", "lenient": "surprise"},
        "/*/sensitive_field_map",
        [_set(sensitive_field_map=value) for value in ["36", "9999999999999999999"]],
        [_set(sensitive_field_map=value) for value in ["35", "0"]],
    ),
    "fields-contiguous": Case(
        _in_every_profile("break"),
        "/*/field_35",
        [_set(field_36=""), _set(field_36="", field_38=""), _set(field_1000="")],
        [_set(field_35=""), _set(field_36="", field_35="")],
    ),
    "columns-fit-fields": Case(STRICT, "/*/header", [_header(36)], [_header(35), _header(0)]),
    "header-varies": Case(
        _in_every_profile("surprise"),
        "/*/header",
        [_header_of_second(json.dumps([*COLUMNS[:-1], "Other"])), _header_of_second(json.dumps(COLUMNS[::-1]))],
        [_header_of_second(json.dumps(COLUMNS, indent=1))],
    ),
    "header-fields": Case(
        _in_every_profile("surprise"),
        "/*/header",
        [_named_fields(34), _named_fields(2), _named_fields(0), _named_fields(9, field_34="x")],
        [_named_fields(34, field_34=""), _named_fields(0, **dict.fromkeys(FIELDS, ""))],
    ),
    "few-fields": Case({"lenient": "surprise"}, "/*/field_6", [_keep_fields(6), _keep_fields(1)], [_keep_fields(7)]),
    "many-fields": Case(
        {"sample": "surprise", "lenient": "surprise"},
        "/*/field_35",
        [_set(field_35=""), _set(field_35="", field_36="")],
        [lambda leads: leads[0].update(field_35="", header=json.dumps(["Name"] * 36)), _set(field_36="")],
    ),
    "number-long-64-bit": Case(
        _in_every_profile("break"),
        "/*/available_at/$date/$numberLong",
        [_set(available_at=_time(2**63)), _set(available_at=_time(-(2**63) - 1))],
        [_set(available_at=_time(2**63 - 1)), _set(available_at=_time(-(2**63)))],
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
        _in_every_profile("break"), "/*/list_id", [_other_list], [lambda leads: leads[1].update(list_id=8668.0)]
    ),
    "id-unique": Case({"sample": "break"}, "/*/id", [_copy("id", "lead_id")], [_copy("field_0")]),
    "lead-id-unique": Case(
        {"documented": "break", "lenient": "break"}, "/*/lead_id", [_copy("id", "lead_id")], [_copy("field_0")]
    ),
    "lead-id-equals-id": Case(
        {"sample": "break", "lenient": "break"},
        "/*/lead_id",
        [_set(lead_id="0" * 24)],
        [_set(id="0" * 24, lead_id="0" * 24)],
    ),
    "id-is-list-id": Case(
        {"documented": "break", "lenient": "break"}, "/*/id", [_set(id="1"), _set(id="86680")], [_set(id="8668")]
    ),
    "unknown-key": Case(
        _in_every_profile("surprise"),
        "/*/extra",
        [_set(extra=None), _set(extra=1), _set(extra="text"), _set(extra=[]), _set(extra={"a": 1})],
        [_set(field_35="")],
        OPEN,
    ),
    "unknown-value": Case(
        _in_every_profile("surprise"),
        "/*/dial_status",
        [_set(dial_status=value) for value in [0, 10, -1, 2**53 - 1]],
        [_set(dial_status=9), _set(dial_status=1.0), _set(dialer_dial_status=-9), _set(dialer_dial_status=4711)],
    ),
    "email-masked": Case(
        _in_every_profile("info"),
        "/*/field_2",
        [_set(field_2="[email protected]"), _set(field_2="[email\N{NO-BREAK SPACE}protected]")],
        [_set(field_2=""), _set(field_2="a [email protected]")],
    ),
}
RULES_BY_PROFILE = [
    pytest.param(name, profile, id=f"{name}-{profile}") for name, case in CASES.items() for profile in case.severity
]


@cache
def _generated(index: int, reading: str) -> Any:
    return lead(1, 8668, index, profile=reading, columns=COLUMNS)


def _leads(profile: str, change: Change | None = None, first: int = 0) -> Leads:
    """Return two leads of list 8668 with 35 columns; in ``lenient`` they have the form of the sample."""
    reading = "documented" if profile == "documented" else "sample"
    leads: Leads = [{**_generated(index, reading)} for index in (first, first + 1)]
    if change is not None:
        change(leads)
    return leads


def test_has_a_case_for_each_rule() -> None:
    """Every rule of the table has a case, with its severities."""
    assert {rule.name: rule.severity for rule in RULES} == {name: case.severity for name, case in CASES.items()}


def test_has_evidence_and_a_claim_for_each_rule() -> None:
    """Every rule has evidence and a claim."""
    assert [rule.name for rule in RULES if not rule.evidence or not rule.claim] == []


def test_accepts_the_unchanged_leads(profile: str) -> None:
    """The leads that the cases start from have no finding."""
    assert load_contract(profile).check(_leads(profile)) == ()


@pytest.mark.parametrize(("name", "profile"), RULES_BY_PROFILE)
def test_reports_one_finding(name: str, profile: str) -> None:
    """Each change that breaks a rule has one finding: of this rule, at its pointer, with its severity."""
    case, contract = CASES[name], load_contract(profile, CASES[name].overlay)
    for change in case.breaks:
        findings = contract.check(_leads(profile, change))
        assert [(name, case.pointer, case.severity[profile], 1)] == [
            (finding.rule, finding.pointer, finding.severity, finding.count) for finding in findings
        ]


@pytest.mark.parametrize(("name", "profile"), RULES_BY_PROFILE)
def test_copies_the_entry_into_the_finding(name: str, profile: str) -> None:
    """A finding has the profiles, the evidence and the contradiction of its rule."""
    (rule,) = (rule for rule in RULES if rule.name == name)
    (finding,) = load_contract(profile, CASES[name].overlay).check(_leads(profile, CASES[name].breaks[0]))

    assert (finding.profiles, finding.evidence) == (tuple(rule.severity), rule.evidence)
    assert finding.contradiction == rule.contradiction


@pytest.mark.parametrize(("name", "profile"), RULES_BY_PROFILE)
def test_only_breaks_make_a_body_invalid(name: str, profile: str) -> None:
    """``is_valid`` returns ``False`` for a break, and ``True`` for every other severity."""
    case, contract = CASES[name], load_contract(profile, CASES[name].overlay)
    verdicts = {contract.is_valid(_leads(profile, change)) for change in case.breaks}

    assert verdicts == {case.severity[profile] != "break"}


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("broken", [1, 12])
@pytest.mark.parametrize(("name", "profile"), RULES_BY_PROFILE)
def test_reports_the_same_in_batches(name: str, profile: str, broken: int) -> None:
    """A batch has the findings of its leads when they are checked one by one."""
    data = data_of(load_contract(profile, CASES[name].overlay))
    valid = [_leads(profile, None, 2 * number) for number in range(broken, broken + 12)]
    for change in CASES[name].breaks:
        changed = [_leads(profile, change, 2 * number) for number in range(broken)]
        body = list(chain.from_iterable([*valid[:5], *changed, *valid[5:]]))
        batch, single = ResponseCheck(data), ResponseCheck(data)
        batch.add_decoded(body)
        for one_lead in body:
            single.add(one_lead)

        assert (single.findings(), single.broken) == (batch.findings(), batch.broken)
        assert name in {finding.rule for finding in batch.findings()}


@pytest.mark.parametrize(("name", "profile"), RULES_BY_PROFILE)
def test_accepts_near_misses(name: str, profile: str) -> None:
    """A change that only comes close to breaking a rule has no finding of it."""
    contract = load_contract(profile, CASES[name].overlay)
    findings = [finding for change in CASES[name].near for finding in contract.check(_leads(profile, change))]

    assert [finding for finding in findings if finding.rule == name] == []


@pytest.mark.parametrize(("name", "profile"), [case for case in RULES_BY_PROFILE if case.values[0] != "unknown-key"])
def test_leaves_rejected_keys_to_the_schema(name: str, profile: str) -> None:
    """A key that the schema rejects has no finding of a rule that reads it."""
    key = CASES[name].pointer.split("/")[2]
    for change in CASES[name].breaks:
        leads = _leads(profile, change)
        leads[0][key] = leads[1][key] = {"rejected": True}
        findings = load_contract(profile).check(leads)
        assert [found for found in findings if found.pointer.startswith(f"/*/{key}") and found.rule == name] == []


@pytest.mark.parametrize(
    "key", ["header", "sensitive_field_map", "created_at", "updated_at", "lead_id", "id", "list_id"]
)
def test_leaves_missing_keys_to_the_schema(profile: str, key: str) -> None:
    """A missing key is one finding, whatever rules read it."""
    leads = _leads(profile)
    for one_lead in leads:
        del one_lead[key]
    findings = load_contract(profile).check(leads)

    assert [(finding.rule, finding.pointer) for finding in findings] in ([("required", f"/*/{key}")], [])


def test_compares_identifiers_within_one_response() -> None:
    """Two responses may contain the same lead."""
    contract = load_contract()

    assert (contract.check(_leads("sample")), contract.check(_leads("sample"))) == ((), ())


@pytest.mark.parametrize("profile", ["documented", "lenient"])
def test_compares_identifiers_as_json_numbers(profile: str) -> None:
    """1 and 1.0 are one JSON number, and so one ``lead_id``."""
    leads = _leads("documented")
    leads[1]["lead_id"] = float(leads[0]["lead_id"])
    findings = load_contract(profile).check(leads)

    assert [finding.rule for finding in findings] == ["lead-id-unique"]


def test_caches_are_bounded() -> None:
    """Repeated values are decoded once, in caches of limited size."""
    caches = [value for value in vars(lead_format).values() if hasattr(value, "cache_info")]

    assert caches
    assert [cache for cache in caches if cache.cache_info().maxsize is None] == []


@pytest.mark.parametrize(
    ("name", "profile"),
    [(rule.name, profile) for rule in RULES if rule.break_list is not None for profile in rule.severity],
)
def test_list_breakers_break_their_rule(name: str, profile: str) -> None:
    """What a rule's ``break_list`` makes of valid leads has a finding of that rule and keeps the number of leads."""
    (break_list,) = [rule.break_list for rule in RULES if rule.name == name]
    assert break_list is not None
    broken = break_list(_leads(profile))
    rules = [finding.rule for finding in load_contract(profile).check(broken)]

    assert (rules, len(broken)) == ([name], len(_leads(profile)))


@pytest.mark.parametrize("key", ["header", "sensitive_field_map"])
def test_reads_values_too_long_for_the_cache(key: str) -> None:
    """A value that is too long for the cache is checked like any other."""
    leads = _leads("sample", _set(**{key: json.dumps([0] * 5000)}))
    findings = load_contract("sample").check(leads)

    assert [finding.rule for finding in findings] == (["header-json"] if key == "header" else [])


@pytest.mark.parametrize(
    ("value", "rule"),
    [("[99]", "sensitive-range"), ("three", "sensitive-json"), ("[5]", None)],
)
def test_counts_repeated_values_in_every_lead(value: str, rule: str | None) -> None:
    """A value that several leads have is a breach of each of them."""
    leads = _leads("sample")
    for one_lead in leads:
        one_lead["sensitive_field_map"] = value
    findings = load_contract("sample").check(leads)

    assert [(finding.rule, finding.count) for finding in findings] == ([] if rule is None else [(rule, 2)])


@pytest.mark.parametrize("profile", ["documented", "lenient"])
def test_checks_times_if_one_is_missing(profile: str) -> None:
    """Without ``updated_at``, which is optional in these profiles, the other times are still limited to 64 bits."""
    generated = lead(1, 8668, 0, profile=profile)
    body = {key: value for key, value in generated.items() if key != "updated_at"} | {"created_at": _time(2**63)}

    assert [finding.pointer for finding in load_contract(profile).check([body])] == ["/*/created_at/$date/$numberLong"]
