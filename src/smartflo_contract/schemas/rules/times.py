"""Rules about the times of a lead."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from operator import floordiv, itemgetter, le, sub
from typing import Any, Final

from smartflo_contract.schemas.json_values import INT64
from smartflo_contract.schemas.lead_format import HALF_DAY_SECONDS, TIME_KEYS, epoch_ms, is_object_id, mongo_date
from smartflo_contract.schemas.lead_table import Table
from smartflo_contract.schemas.rules.rule import (
    SAMPLE_RESPONSE,
    STRICT_BUT_LENIENT,
    Breach,
    Change,
    Lead,
    ResponseState,
    Rule,
    in_every_profile,
)

_INT64_MIN, _INT64_MAX = INT64
_MIN_BEYOND_64_BIT: Final = 19
"""Characters of the shortest number that may need more than 64 bits."""
_TIME_KEYS: Final = sorted(TIME_KEYS)
"""The order in which findings about several times are listed."""
_object_id_time: Final = itemgetter(slice(8))


def _check_number_long_64_bit(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    return [
        Breach((key, "$date", "$numberLong"), "a 64-bit integer in a string", lead[key]["$date"]["$numberLong"])
        for key in _TIME_KEYS
        if key in lead and (value := epoch_ms(lead[key])) is not None and not _INT64_MIN <= value <= _INT64_MAX
    ]


def _check_columns_number_long_64_bit(table: Table, state: ResponseState) -> bool:
    return all(
        max(map(len, table.time_strings(key))) < _MIN_BEYOND_64_BIT for key in _TIME_KEYS if key in table.columns
    )


def _break_number_long_64_bit(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    too_low, too_high = _INT64_MIN - 1, _INT64_MAX + 1
    ordered = {"created_at": [too_low], "updated_at": [too_high]}  # keeps created_at before updated_at
    for key in TIME_KEYS:
        if epoch_ms(lead.get(key)) is not None:
            for number in ordered.get(key, [too_high, too_low]):
                yield Change((key, "$date", "$numberLong"), {key: mongo_date(number)})


def _check_created_before_updated(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    created, updated = epoch_ms(lead["created_at"]), epoch_ms(lead["updated_at"])
    if created is None or updated is None or created <= updated:
        return ()
    return (Breach(("updated_at",), "a time not before created_at", updated),)


def _check_columns_created_before_updated(table: Table, state: ResponseState) -> bool:
    return all(map(le, table.times("created_at"), table.times("updated_at")))


def _break_created_before_updated(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    created = epoch_ms(lead["created_at"]) or 0
    for milliseconds in (1, 1_000, HALF_DAY_SECONDS * 1_000):
        yield Change(("updated_at",), {"updated_at": mongo_date(created - milliseconds)})


def _check_created_twelve_hours_early(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    lead_id, created = lead["lead_id"], epoch_ms(lead["created_at"])
    if created is None or not isinstance(lead_id, str) or not is_object_id(lead_id):
        return ()
    gap = int(lead_id[:8], 16) - created // 1000
    return (Breach(("created_at",), "the time in lead_id", created),) if gap == HALF_DAY_SECONDS else ()


def _check_columns_created_twelve_hours_early(table: Table, state: ResponseState) -> bool:
    lead_ids = table.columns["lead_id"]
    if str not in set(map(type, lead_ids)):
        return True
    identified = map(int, map(_object_id_time, lead_ids), repeat(16))
    created = map(floordiv, table.times("created_at"), repeat(1000))
    return HALF_DAY_SECONDS not in map(sub, identified, created)


RULES: Final = (
    Rule(
        name="number-long-64-bit",
        claim="$numberLong is a 64-bit integer",
        keys=(),
        severity=in_every_profile("break"),
        evidence={"assumed": "the definition of MongoDB extended JSON"},
        check=_check_number_long_64_bit,
        check_columns=_check_columns_number_long_64_bit,
        break_lead=_break_number_long_64_bit,
        contradiction="date-wrappers",
        optional_keys=TIME_KEYS,
    ),
    Rule(
        name="created-before-updated",
        claim="created_at is not after updated_at",
        keys=("created_at", "updated_at"),
        severity=STRICT_BUT_LENIENT,
        evidence={"sample": "leads page, sample response", "assumed": "the meaning of the two names"},
        check=_check_created_before_updated,
        check_columns=_check_columns_created_before_updated,
        break_lead=_break_created_before_updated,
    ),
    Rule(
        name="created-twelve-hours-early",
        claim="created_at is exactly 12 hours before the time in lead_id",
        keys=("created_at", "lead_id"),
        severity={"sample": "doc-only", "lenient": "doc-only"},
        evidence=SAMPLE_RESPONSE,
        check=_check_created_twelve_hours_early,
        check_columns=_check_columns_created_twelve_hours_early,
        contradiction="created-at-twelve-hours",
    ),
)
