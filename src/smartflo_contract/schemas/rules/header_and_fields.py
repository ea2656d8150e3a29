"""Rules about ``header``, ``sensitive_field_map`` and the fields, which have to fit one another."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from smartflo_contract.schemas.lead_format import column_names, field_numbering, header_string, sensitive_positions
from smartflo_contract.schemas.lead_table import Table, are_equal
from smartflo_contract.schemas.rules.rule import (
    ABSENT,
    RESPONSE_TABLE,
    SAMPLE_RESPONSE,
    STRICT_BUT_LENIENT,
    Breach,
    Change,
    Lead,
    ResponseState,
    Rule,
    in_every_profile,
)

_DOCUMENTED_FIELDS: Final = 7
_SAMPLE_FIELDS: Final = 35
_EMPTY: Final = ("", None)
_is_count: Final = re.compile("0|[1-9][0-9]{0,18}").fullmatch


def _check_header_json(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    header = lead["header"]
    if isinstance(header, str) and column_names(header) is None:
        return (Breach(("header",), "a JSON-encoded array of strings", header),)
    return ()


def _break_header_json(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    for header in ("", "Name", "[", "{}", "[1]", "[null]", '["a",]', "null"):
        yield Change(("header",), {"header": header})


def _check_sensitive_json(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    sensitive = lead["sensitive_field_map"]
    if isinstance(sensitive, str) and sensitive_positions(sensitive) is None:
        return (Breach(("sensitive_field_map",), "a JSON-encoded array of integers", sensitive),)
    return ()


def _check_sensitive_json_or_count(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    sensitive = lead["sensitive_field_map"]
    if isinstance(sensitive, str) and _is_count(sensitive):
        return ()
    return _check_sensitive_json(lead, state)


def _break_sensitive_json(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    for sensitive in ("", "[", "{}", "[1.0]", '["1"]', "[true]", "null", "-1"):
        yield Change(("sensitive_field_map",), {"sensitive_field_map": sensitive})


def _check_sensitive_range(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    sensitive = lead["sensitive_field_map"]
    total = field_numbering(state.keys).total
    if all(0 <= position < total for position in sensitive_positions(sensitive) or ()):
        return ()
    return (Breach(("sensitive_field_map",), f"positions from 0 to {total - 1}", sensitive),)


def _break_sensitive_range(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    for position in (_field_count(lead), -1):
        yield Change(("sensitive_field_map",), {"sensitive_field_map": f"[{position}]"})


def _check_sensitive_count(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    sensitive, columns = lead["sensitive_field_map"], column_names(lead["header"])
    if columns is None or not isinstance(sensitive, str) or not _is_count(sensitive):
        return ()
    if int(sensitive) <= len(columns):
        return ()
    return (Breach(("sensitive_field_map",), f"at most {len(columns)}, the number of columns", sensitive),)


def _break_sensitive_count(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    yield Change(("sensitive_field_map",), {"sensitive_field_map": str(_column_count(lead) + 1)})


def _check_fields_contiguous(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    missing = field_numbering(state.keys).missing
    return () if missing is None else (Breach((f"field_{missing}",), "fields numbered without a gap", ABSENT),)


def _break_fields_contiguous(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    count = _field_count(lead)
    yield Change((f"field_{count}",), {f"field_{count + 1}": ""})


def _check_columns_fit_fields(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    columns = column_names(lead["header"])
    count = field_numbering(state.keys).total
    if columns is None or len(columns) <= count:
        return ()
    return (Breach(("header",), f"at most {count} column names, one per field", lead["header"]),)


def _break_columns_fit_fields(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    columns = [f"Column {number}" for number in range(_field_count(lead) + 1)]
    yield Change(("header",), {"header": columns if isinstance(lead["header"], list) else header_string(columns)})


def _check_header_fields(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    columns = column_names(lead["header"])
    if columns is None:
        return ()
    filled = [
        number
        for number in _unnamed_fields(state.keys, len(columns), state.properties)
        if lead[f"field_{number}"] not in _EMPTY
    ]
    if not filled:
        return ()
    return (Breach(("header",), f"a name for each filled field, up to field_{filled[-1]}", lead["header"]),)


def _check_columns_header_fields(table: Table, state: ResponseState) -> bool:
    headers = table.columns["header"]
    distinct = headers[:1] if are_equal(headers) else set(headers)
    counts = [len(columns) for columns in map(column_names, distinct) if columns is not None]
    unnamed = _unnamed_fields(table.keys, min(counts), state.properties) if counts else ()
    return all(table.has_only(f"field_{number}", "") for number in unnamed)


def _break_header_fields(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    columns = column_names(lead["header"]) or ()
    for number in _unnamed_fields(tuple(lead), len(columns), frozenset(schema["properties"])):
        yield Change(("header",), {f"field_{number}": "x"})
    last = _field_count(lead) - 1
    if columns and len(columns) > last and f"field_{last}" not in schema["properties"]:
        fewer = columns[:last]
        header = list(fewer) if isinstance(lead["header"], list) else header_string(fewer)
        sensitive = {"sensitive_field_map": "0"} if _is_count(lead.get("sensitive_field_map") or "") else {}
        yield Change(("header",), {"header": header, f"field_{last}": "x"} | sensitive)


@lru_cache(maxsize=1024)
def _unnamed_fields(keys: tuple[str, ...], columns: int, properties: frozenset[str]) -> tuple[int, ...]:
    """Return the numbers of the fields that neither a column nor the overlay names, in order; none with a gap."""
    total, missing = field_numbering(keys)
    if missing is not None:
        return ()
    return tuple(number for number in range(columns, total) if f"field_{number}" not in properties)


def _check_few_fields(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    count = field_numbering(state.keys).total
    if count >= _DOCUMENTED_FIELDS:
        return ()
    return (Breach((f"field_{_DOCUMENTED_FIELDS - 1}",), f"at least {_DOCUMENTED_FIELDS} fields", ABSENT),)


def _break_few_fields(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    header = lead.get("header")
    columns = column_names(header) or ()
    for count in (_DOCUMENTED_FIELDS - 1, 2, 1):
        names = columns[:count]
        fewer = {
            "header": list(names) if isinstance(header, list) else header_string(names),
            "sensitive_field_map": "[]",
        }
        removed = {f"field_{number}": ABSENT for number in range(count, _field_count(lead))}
        yield Change((f"field_{_DOCUMENTED_FIELDS - 1}",), {key: fewer[key] for key in fewer if key in lead} | removed)


def _check_many_fields(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    maximum = max(_SAMPLE_FIELDS, _column_count(lead))
    count, missing = field_numbering(state.keys)
    if count <= maximum or missing is not None:
        return ()
    return (Breach((f"field_{maximum}",), f"at most {maximum} fields", lead[f"field_{maximum}"]),)


def _break_many_fields(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    count, maximum = _field_count(lead), max(_SAMPLE_FIELDS, _column_count(lead))
    for excess in (1, 5):
        yield Change((f"field_{maximum}",), {f"field_{number}": "" for number in range(count, maximum + excess)})


def _check_header_varies(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    columns = column_names(lead["header"])
    if columns is None or state.columns in (None, columns):
        state.columns = state.columns if columns is None else columns
        return ()
    return (Breach(("header",), "the columns of the first lead", lead["header"]),)


def _check_columns_header_varies(table: Table, state: ResponseState) -> bool:
    headers = table.columns["header"]
    columns = column_names(headers[0])
    if not are_equal(headers) or (columns is not None and state.columns not in {None, columns}):
        return False
    state.columns = state.columns if columns is None else columns
    return True


def _break_header_varies(leads: Sequence[Lead]) -> list[dict[str, Any]]:
    last = leads[-1]
    columns = [f"Other {number}" for number in range(_column_count(last))]
    header = columns if isinstance(last["header"], list) else header_string(columns)
    return [*map(dict, leads[:-1]), {**last, "header": header}]


def _field_count(lead: Lead) -> int:
    return field_numbering(tuple(lead)).total


def _column_count(lead: Lead) -> int:
    return len(column_names(lead["header"]) or ())


RULES: Final = (
    Rule(
        name="header-json",
        claim="header is a JSON-encoded array of strings",
        keys=("header",),
        severity={"sample": "break", "lenient": "break"},
        evidence=SAMPLE_RESPONSE,
        check=_check_header_json,
        break_lead=_break_header_json,
        contradiction="header-type",
        is_cached=True,
    ),
    Rule(
        name="sensitive-json",
        claim="sensitive_field_map is a JSON-encoded array of integers",
        keys=("sensitive_field_map",),
        severity={"sample": "break"},
        evidence=SAMPLE_RESPONSE,
        check=_check_sensitive_json,
        break_lead=_break_sensitive_json,
        contradiction="sensitive-field-map-meaning",
        is_cached=True,
    ),
    Rule(
        name="sensitive-json-or-count",
        claim="sensitive_field_map is a JSON-encoded array of integers, or a count",
        keys=("sensitive_field_map",),
        severity={"lenient": "break"},
        evidence=SAMPLE_RESPONSE | RESPONSE_TABLE,
        check=_check_sensitive_json_or_count,
        break_lead=_break_sensitive_json,
        contradiction="sensitive-field-map-meaning",
        is_cached=True,
    ),
    Rule(
        name="sensitive-range",
        claim="the positions in sensitive_field_map are those of existing fields",
        keys=("sensitive_field_map", "field_"),
        severity={"sample": "break", "lenient": "surprise"},
        evidence=SAMPLE_RESPONSE,
        check=_check_sensitive_range,
        break_lead=_break_sensitive_range,
        contradiction="sensitive-field-map-meaning",
        is_cached=True,
    ),
    Rule(
        name="sensitive-count",
        claim="sensitive_field_map is at most the number of columns",
        keys=("sensitive_field_map", "header"),
        severity={"documented": "break", "lenient": "surprise"},
        evidence=RESPONSE_TABLE,
        check=_check_sensitive_count,
        break_lead=_break_sensitive_count,
        contradiction="sensitive-field-map-meaning",
        is_cached=True,
    ),
    Rule(
        name="fields-contiguous",
        claim="fields are numbered from 0 without a gap",
        keys=("field_",),
        severity=in_every_profile("break"),
        evidence=SAMPLE_RESPONSE | {"documented": "leads page, footnote: fields grow with the columns"},
        check=_check_fields_contiguous,
        break_lead=_break_fields_contiguous,
        is_cached=True,
    ),
    Rule(
        name="columns-fit-fields",
        claim="every column in header has a field",
        keys=("header", "field_"),
        severity=STRICT_BUT_LENIENT,
        evidence={"documented": "leads page, footnote: fields grow with the columns"},
        check=_check_columns_fit_fields,
        break_lead=_break_columns_fit_fields,
        contradiction="field-count",
        is_cached=True,
    ),
    Rule(
        name="header-varies",
        claim="all leads of a response have the same columns",
        keys=("header",),
        severity=in_every_profile("surprise"),
        evidence={"documented": "leads page: the path names one list", "assumed": "a list has one set of columns"},
        check=_check_header_varies,
        check_columns=_check_columns_header_varies,
        break_list=_break_header_varies,
        is_cached=True,
        is_sequential=True,
    ),
    Rule(
        name="header-fields",
        claim="header names every filled field",
        keys=("header", "field_"),
        severity=in_every_profile("surprise"),
        evidence=SAMPLE_RESPONSE | {"documented": "leads page, footnote: fields grow with the columns"},
        check=_check_header_fields,
        check_columns=_check_columns_header_fields,
        break_lead=_break_header_fields,
    ),
    Rule(
        name="few-fields",
        claim="a lead has at least the seven documented fields",
        keys=("field_",),
        severity={"lenient": "surprise"},
        evidence=RESPONSE_TABLE,
        check=_check_few_fields,
        break_lead=_break_few_fields,
        contradiction="field-count",
        is_cached=True,
    ),
    Rule(
        name="many-fields",
        claim="a lead has no more fields than its list has columns, or than the sample has",
        keys=("header", "field_"),
        severity={"sample": "surprise", "lenient": "surprise"},
        evidence=SAMPLE_RESPONSE | {"documented": "leads page, footnote: fields grow with the columns"},
        check=_check_many_fields,
        break_lead=_break_many_fields,
        contradiction="field-count",
        is_cached=True,
    ),
)
