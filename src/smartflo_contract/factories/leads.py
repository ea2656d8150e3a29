"""Generate one lead, or a few, without a list definition."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NotRequired, SupportsIndex, TypedDict, cast

from smartflo_contract.factories.facts import Phones
from smartflo_contract.factories.lead_writer import LeadWriter
from smartflo_contract.factories.list_definition import DEFAULT_COLUMNS, ListDefinition
from smartflo_contract.factories.setting_checks import reject
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.overlay import OverlaySource

MongoDate = TypedDict("MongoDate", {"$date": "MongoNumberLong"})
"""A time in MongoDB extended JSON."""
MongoNumberLong = TypedDict("MongoNumberLong", {"$numberLong": str})
"""Epoch ms as a string."""


class DialerSkill(TypedDict):
    """A skill list assigned to a lead."""

    id: int
    name: str


class Lead(TypedDict):
    """A lead under any profile. Lists with more than 35 columns have further ``field_N``."""

    id: str
    lead_id: str | int
    list_id: int
    field_0: str
    field_1: str
    field_2: str
    field_3: str
    field_4: str
    field_5: str
    field_6: str
    field_7: NotRequired[str]
    field_8: NotRequired[str]
    field_9: NotRequired[str]
    field_10: NotRequired[str]
    field_11: NotRequired[str]
    field_12: NotRequired[str]
    field_13: NotRequired[str]
    field_14: NotRequired[str]
    field_15: NotRequired[str]
    field_16: NotRequired[str]
    field_17: NotRequired[str]
    field_18: NotRequired[str]
    field_19: NotRequired[str]
    field_20: NotRequired[str]
    field_21: NotRequired[str]
    field_22: NotRequired[str]
    field_23: NotRequired[str]
    field_24: NotRequired[str]
    field_25: NotRequired[str]
    field_26: NotRequired[str]
    field_27: NotRequired[str]
    field_28: NotRequired[str]
    field_29: NotRequired[str]
    field_30: NotRequired[str]
    field_31: NotRequired[str]
    field_32: NotRequired[str]
    field_33: NotRequired[str]
    field_34: NotRequired[str]
    skill_id: int | None
    time_group: int | None
    added_by: int
    created_by: int
    dial_status: int
    lead_picked: int
    available_at: MongoDate
    dialer_dial_status: int
    created_at: MongoDate
    undisposed_lead: bool
    call_count: int
    updated_at: MongoDate
    retry_count: int | str
    alternate_phone_number: str
    priority: int
    list_name: str
    header: str | list[str]
    sensitive_field_map: str
    dialer_skill: DialerSkill | None


def lead(
    seed: int,
    list_id: int,
    index: int,
    *,
    profile: str = "sample",
    overlay: OverlaySource | None = None,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    phones: Phones = "safe",
) -> Lead:
    """Return one lead. Equal arguments return equal leads, in any order, process and interpreter.

    Args:
        seed: a 64-bit integer.
        list_id: id of the list, from 1.
        index: position in the list, from 0; every position takes the same time.
        profile: ``sample``, ``documented`` or ``lenient``.
        overlay: a partial lead schema, as a mapping or a path.
        columns: names in ``header``, which select the values of the fields.
        phones: ``safe`` for numbers that cannot ring, ``valid`` for numbers that may belong to somebody.

    Raises:
        ContractError: the profile or the overlay cannot be used.
        GenerationError: no valid value was found for a property of the overlay.
        DefinitionError: an argument is invalid.
        IndexError: ``index`` is negative, or 2**32 - 1 or more.
    """
    if not isinstance(index, SupportsIndex):
        reject("index", "a number from 0", index)
    return cast("Lead", _writer(seed, list_id, columns, load_contract(profile, overlay), phones).lead(int(index)))


def lead_list(
    seed: int,
    list_id: int,
    size: int,
    *,
    profile: str = "sample",
    overlay: OverlaySource | None = None,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    phones: Phones = "safe",
) -> list[Lead]:
    """Return the first leads of a list.

    Args:
        seed: a 64-bit integer.
        list_id: id of the list, from 1.
        size: number of leads.
        profile: ``sample``, ``documented`` or ``lenient``.
        overlay: a partial lead schema, as a mapping or a path.
        columns: names in ``header``, which select the values of the fields.
        phones: ``safe`` for numbers that cannot ring, ``valid`` for numbers that may belong to somebody.

    Raises:
        ContractError: the profile or the overlay cannot be used.
        GenerationError: no valid value was found for a property of the overlay.
        DefinitionError: an argument is invalid.
        ValueError: ``size`` is negative.
    """
    if not isinstance(size, SupportsIndex):
        reject("size", "a number from 0", size)
    if size < 0:
        message = f"size: expected 0 or more, got {size}"
        raise ValueError(message)
    writer = _writer(seed, list_id, columns, load_contract(profile, overlay), phones)
    return cast("list[Lead]", writer.leads(range(size)))


def _writer(seed: int, list_id: int, columns: Sequence[str], contract: Contract, phones: Phones) -> LeadWriter:
    if isinstance(columns, str) or not isinstance(columns, Iterable):
        reject("columns", "a sequence of names", columns)
    definition = ListDefinition(id=list_id, columns=tuple(columns), seed=seed)
    create = _cached_writer if contract.overlay is None and isinstance(phones, str) else LeadWriter
    return create(definition, contract, phones=phones)


@lru_cache(maxsize=64)
def _cached_writer(definition: ListDefinition, contract: Contract, *, phones: Phones) -> LeadWriter:
    return LeadWriter(definition, contract, phones=phones)
