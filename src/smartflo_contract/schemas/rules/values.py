"""Rules about unknown keys, unknown values of open sets, and placeholders."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import orjson

from smartflo_contract.schemas.known_values import known_values
from smartflo_contract.schemas.lead_format import MASKED_EMAILS, unknown_keys
from smartflo_contract.schemas.lead_table import Table
from smartflo_contract.schemas.rules.rule import (
    RESPONSE_TABLE,
    SAMPLE_RESPONSE,
    Breach,
    Change,
    Lead,
    ResponseState,
    Rule,
    in_every_profile,
)
from smartflo_contract.schemas.validator import Validator

NEW_KEYS: Final = ("new_key", "field_01", "Field_0", "$oid")
"""Keys that no contract has."""
_NEW_VALUES: Final[tuple[Any, ...]] = ("x", None, 1, [], {"id": 1})
_UNKNOWN_VALUES: Final = (0, -1, 2, 10, 99, -10, -99, 2**31, "new", None)
"""Values that some open set does not list."""


def _check_unknown_key(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    unknown = unknown_keys(state.keys, state.properties)
    return [Breach((key,), "a key that the contract defines", lead[key]) for key in unknown] if unknown else ()


def _break_unknown_key(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    for key in NEW_KEYS if schema["additionalProperties"] else ():
        for value in _NEW_VALUES:
            yield Change((key,), {key: value})


def _check_unknown_value(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    return [
        Breach((key,), "a known value", lead[key])
        for key, known in state.known_values.items()
        if key in lead and lead[key] not in known
    ]


def _check_columns_unknown_value(table: Table, state: ResponseState) -> bool:
    for key, known in state.known_values.items():
        values: set[Hashable] = set(table.columns.get(key, ()))
        if not (set(map(type, table.columns.get(key, ()))) <= {int, str} and all(value in known for value in values)):
            return False  # a set would keep only one of 1, 1.0 and true
    return True


def _break_unknown_value(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    for key, part in schema["properties"].items():
        if key in lead and "x-known-values" in part:
            yield from _unknown_values(key, orjson.dumps(part))


@lru_cache(maxsize=64)
def _unknown_values(key: str, encoded_schema: bytes) -> tuple[Change, ...]:
    schema = orjson.loads(encoded_schema)
    is_valid = Validator(schema).is_valid
    sets = known_values({"properties": {key: schema}})  # empty if the set is closed
    return tuple(
        Change((key,), {key: value})
        for known in sets.values()
        for value in _UNKNOWN_VALUES
        if value not in known and is_valid(value)
    )


def _check_email_masked(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    email = lead["field_2"]
    if isinstance(email, str) and email in MASKED_EMAILS:
        return (Breach(("field_2",), "an e-mail address", email),)
    return ()


def _check_columns_email_masked(table: Table, state: ResponseState) -> bool:
    return MASKED_EMAILS.isdisjoint(table.columns["field_2"])


RULES: Final = (
    Rule(
        name="unknown-key",
        claim="every key is defined by the contract",
        keys=(),
        severity=in_every_profile("surprise"),
        evidence=RESPONSE_TABLE | SAMPLE_RESPONSE,
        check=_check_unknown_key,
        break_lead=_break_unknown_key,
        is_cached=True,
    ),
    Rule(
        name="unknown-value",
        claim="every value of an open set is known",
        keys=(),
        severity=in_every_profile("surprise"),
        evidence={"documented": "leads page, response table", "observed": "campaign pages of the vendor"},
        check=_check_unknown_value,
        check_columns=_check_columns_unknown_value,
        break_lead=_break_unknown_value,
        optional_keys=("dial_status", "dialer_dial_status"),
    ),
    Rule(
        name="email-masked",
        claim="field_2 is not the placeholder that the vendor's documentation shows for e-mail addresses",
        keys=("field_2",),
        severity=in_every_profile("info"),
        evidence=SAMPLE_RESPONSE,
        check=_check_email_masked,
        check_columns=_check_columns_email_masked,
        contradiction="email-masked",
    ),
)
