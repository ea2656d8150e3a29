"""Agreement of the compiled validator with the reference, and of the profiles with each other."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from smartflo_contract.factories import lead
from smartflo_contract.schemas import Contract, Finding, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.portable import portable
from smartflo_contract.schemas.response_check import ResponseCheck
from smartflo_contract.schemas.rules.table import RULES

PROFILES = ["sample", "documented", "lenient"]
OVERLAYS: list[dict[str, Any]] = [
    {},
    {
        "properties": {
            "call_count": {"type": "string", "pattern": "^[0-9]+$"},
            "priority": {"maximum": 5},
            "undisposed_lead": None,
            "dial_status": {"enum": [1, 2, 3]},
            "source": {"type": "string", "minLength": 1, "maxLength": 10},
        },
        "required": ["source"],
    },
    {
        "properties": {
            "retry_count": {"type": "boolean"},
            "dialer_skill": {"type": ["object", "null"], "properties": {"level": {"enum": ["a", 1, None]}}},
            "tags": {"type": "array", "items": {"type": "object", "properties": {"n": {"minimum": 0, "maximum": 9.5}}}},
        },
        "additionalProperties": False,
    },
]
NOT_KEYWORDS = {"not-json", *(rule.name for rule in RULES)}

_NUMBERS = [
    0,
    1,
    -1,
    2,
    29,
    30,
    31,
    2**31,
    2**53 - 1,
    2**53,
    -(2**53),
    2**63,
    2**64,
    10**30,
    1.0,
    30.0,
    31.0,
    1.5,
    -0.0,
    1e300,
]
_TEXTS = [
    "",
    "\n",
    "0",
    "0\n",
    "1",
    "007",
    "-1",
    "8668",
    "8668\n",
    "12345678901234567",
    "٣",
    "²",
    "٣\n",
    "[1]",
    "[99]",
    "[-1]",
    '["a"]',
    "[1.0]",
    "[true]",
    "{}",
    "[",
    "null",
    "9" * 20,
    "6054635a3b1f0c27d9e84a56",
    "6054635a3b1f0c27d9e84a56\n",
    "6054635A3B1F0C27D9E84A56",
    "٦" * 24,
    "हिन्दी",
    "a\u2028b",
    "\x00",
    "😀",
]
_KEYS = [
    *load_contract().lead["properties"],
    *(f"field_{number}" for number in [0, 1, 5, 6, 7, 8, 33, 34, 35, 36, 100]),
    "field_",
    "field_01",
    "field_-1",
    "field_1\n",
    "field_٣",
    "xfield_1",
    "extra",
    "",
    "a/b~c",
    "x-key",
    "$date",
    "source",
    "tags",
    "__proto__",
    "दर्जा",
]
_LIKE_FIELD_0 = {f"field_{number}" for number in [1, 5, 6, 7, 8, 33, 34, 36, 100]}
"""Keys with the schema of ``field_0``."""
_DATES: list[Any] = [
    {},
    {"$date": {}},
    {"$date": None},
    {"$date": 1},
    {"$date": "2024-01-01"},
    {"$date": {"$numberLong": 1}},
    {"$date": {"$numberLong": "1"}, "x": 1},
    {"$date": {"$numberLong": "1", "a": 1, "b": 2}},
    *({"$date": {"$numberLong": text}} for text in ["0", "-1", "-0", "01", "1\n", "٣", "9" * 19, "9" * 20, "1.0", ""]),
]
_SKILLS: list[Any] = [
    {},
    {"id": 1},
    {"name": "a"},
    {"id": -1, "name": 1, "level": "a"},
    {"id": 1.0, "name": "", "level": None},
    [],
    [{}],
]
_SCALARS = st.none() | st.booleans() | st.sampled_from(_NUMBERS) | st.integers() | st.sampled_from(_TEXTS) | st.text()
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.one_of(
    _SCALARS,
    _FLOATS,
    st.sampled_from(_DATES),
    st.sampled_from(_SKILLS),
    st.lists(_SCALARS, max_size=3),
    st.dictionaries(st.sampled_from(["n", "id", "$date", "a/b"]), _SCALARS, max_size=3),
)
_UNREADABLE = st.one_of(
    st.sampled_from(
        [float("nan"), float("inf"), float("-inf"), "\ud800", [float("nan")], {"a": "\udfff"}, {"a": [1, "\ud800"]}]
    ),
    st.sampled_from([{1: 2}, [{None: 1}]]),
)

Changes = list[tuple[str, Any]]
_DROP = object()


def _changes(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Changes]:
    return st.lists(st.tuples(st.sampled_from(_KEYS), st.just(_DROP) | values), max_size=4)


@st.composite
def _leads(draw: st.DrawFn, values: st.SearchStrategy[Any] = _JSON) -> dict[str, Any]:
    """Draw a lead of any profile with up to four keys removed, added or changed."""
    profile = draw(st.sampled_from(PROFILES))
    found: dict[str, Any] = {**_valid(profile, draw(st.integers(0, 30)))}
    for key, value in draw(_changes(values)):
        if value is _DROP:
            found.pop(key, None)
        else:
            found[key] = value
    return found


@cache
def _valid(profile: str, index: int) -> Any:
    return lead(7, 8668 + index % 3, index, profile=profile)


@cache
def _contract(profile: str, overlay: int = 0) -> Contract:
    return load_contract(profile, OVERLAYS[overlay] or None)


@cache
def _validators(profile: str, overlay: int) -> tuple[Draft202012Validator, jsonschema_rs.Draft202012Validator]:
    schema = _contract(profile, overlay).schema()
    return Draft202012Validator(schema), jsonschema_rs.Draft202012Validator(schema)


@cache
def _portable_validator(profile: str, overlay: int) -> jsonschema_rs.Draft202012Validator:
    schema = portable(_contract(profile, overlay).schema())
    return jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())


def _pointer(path: Iterator[str | int]) -> str:
    parts = ("*" if isinstance(part, int) else part.replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts).replace("\n", "\\n")  # line breaks are escaped in reports


def _error_paths(error: ValidationError) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of an error of jsonschema, with one path for each missing or unexpected key."""
    path = tuple(error.absolute_path)
    instance: Any = error.instance
    schema: Any = error.schema
    if error.validator == "required":
        yield from ((*path, key) for key in schema["required"] if key not in instance)
    elif error.validator == "additionalProperties":
        patterns = schema.get("patternProperties", {})
        known = schema.get("properties", {})
        for key in instance:
            if key not in known and not any(re.search(pattern, key) for pattern in patterns):
                yield (*path, key)
    else:
        yield path


def reference(validator: Draft202012Validator, instance: object) -> set[tuple[str, str]]:
    """Return keyword and pointer of every violation that the reference validator reports."""
    return {
        (str(error.validator), f"/*{_pointer(iter(place))}")
        for error in validator.iter_errors(instance)
        for place in _error_paths(error)
    }


def _violations(findings: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(finding.rule, finding.pointer) for finding in findings if finding.rule not in NOT_KEYWORDS}


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("overlay", range(len(OVERLAYS)))
@pytest.mark.parametrize("profile", PROFILES)
@given(found=_leads())
def test_validators_agree_on_verdicts(profile: str, overlay: int, found: dict[str, Any]) -> None:
    """Jsonschema and jsonschema-rs return the same verdict about a lead, by the exported schema."""
    reference_validator, compiled = _validators(profile, overlay)

    assert reference_validator.is_valid(found) == compiled.is_valid(found)


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("overlay", range(len(OVERLAYS)))
@pytest.mark.parametrize("profile", PROFILES)
@given(found=_leads())
def test_portable_schema_has_the_same_verdicts(profile: str, overlay: int, found: dict[str, Any]) -> None:
    """The portable form of a schema accepts the same leads, in an engine whose patterns have no look-ahead."""
    _, compiled = _validators(profile, overlay)

    assert compiled.is_valid(found) == _portable_validator(profile, overlay).is_valid(found)


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("overlay", range(len(OVERLAYS)))
@pytest.mark.parametrize("profile", PROFILES)
@given(found=_leads())
def test_reports_the_violations_of_the_reference(profile: str, overlay: int, found: dict[str, Any]) -> None:
    """A check reports the keywords and pointers that jsonschema reports, no more and no less."""
    expected = reference(_validators(profile, overlay)[0], found)

    assert expected == _violations(_contract(profile, overlay).check([found]))


@pytest.mark.parametrize("profile", PROFILES)
@given(found=_JSON)
def test_reports_the_violations_of_other_values(profile: str, found: object) -> None:
    """The same holds for values that are not leads."""
    expected = reference(_validators(profile, 0)[0], found)

    assert expected == _violations(_contract(profile).check([found]))


@pytest.mark.parametrize("profile", PROFILES)
@given(body=st.lists(_leads(), max_size=3))
def test_is_valid_means_no_break(profile: str, body: list[dict[str, Any]]) -> None:
    """``is_valid`` returns whether ``check`` has no break, for any JSON value."""
    contract = _contract(profile)
    expected = not any(finding.severity == "break" for finding in contract.check(body))

    assert expected == contract.is_valid(body)


@pytest.mark.parametrize("profile", PROFILES)
@given(body=st.lists(_leads(_UNREADABLE) | _UNREADABLE, min_size=1, max_size=2))
def test_is_valid_means_no_break_beyond_json(profile: str, body: list[Any]) -> None:
    """``is_valid`` returns whether ``check`` has no break, also for values that JSON cannot express."""
    contract = _contract(profile)
    expected = not any(finding.severity == "break" for finding in contract.check(body))

    assert expected == contract.is_valid(body)


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("profile", PROFILES)
@given(body=st.lists(_leads(), max_size=3))
def test_json_text_has_the_findings_of_its_value(profile: str, body: list[dict[str, Any]]) -> None:
    """A body as JSON has the findings of its decoded form."""
    contract = _contract(profile)
    text = json.dumps(body)
    expected = {(finding.fingerprint, finding.severity, finding.count) for finding in contract.check(json.loads(text))}

    assert expected == {(finding.fingerprint, finding.severity, finding.count) for finding in contract.check(text)}


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("profile", PROFILES)
@given(body=st.lists(_leads(), max_size=4))
@example(body=[_valid("lenient", index) | {"new": index} for index in range(3)])
@example(body=[_valid("sample", 1)] * 3)
def test_batches_have_the_findings_of_single_leads(profile: str, body: list[dict[str, Any]]) -> None:
    """Leads that are checked in batches have the findings of leads that are checked one by one."""
    decoded = json.loads(json.dumps(body))
    together, alone = ResponseCheck(data_of(_contract(profile))), ResponseCheck(data_of(_contract(profile)))
    together.add_decoded(decoded[:2])
    together.add_decoded(decoded[2:])
    for found in decoded:
        alone.add(found)

    assert alone.findings() == together.findings()
    assert (alone.broken, alone.leads) == (together.broken, together.leads)


@pytest.mark.parametrize("profile", ["sample", "documented"])
@given(body=st.lists(_leads(), min_size=1, max_size=3))
@example(body=[_valid("sample", index) for index in range(30)])
@example(body=[_valid("documented", 3 * index) for index in range(10)])
def test_lenient_accepts_what_a_reading_accepts(profile: str, body: list[dict[str, Any]]) -> None:
    """Every list that is valid in ``sample`` or ``documented`` is valid in ``lenient``."""
    accepted = _contract(profile).is_valid(body)

    assert not accepted or _contract("lenient").is_valid(body)


def _lenient_accepts(profile: str, change: Callable[[dict[str, Any]], None]) -> bool:
    found = {**_valid(profile, 3)}
    change(found)
    return not _contract(profile).is_valid([found]) or _contract("lenient").is_valid([found])


@pytest.mark.parametrize(
    "key", [pytest.param(key, marks=pytest.mark.slow) if key in _LIKE_FIELD_0 else key for key in _KEYS]
)
@pytest.mark.parametrize("profile", ["sample", pytest.param("documented", marks=pytest.mark.slow)])
@given(value=_JSON)
def test_lenient_accepts_each_value_that_a_reading_accepts(profile: str, key: str, value: object) -> None:
    """At each key, ``lenient`` accepts every value that ``sample`` or ``documented`` accepts."""
    assert _lenient_accepts(profile, lambda found: found.update({key: value}))
