"""Rules about ``id``, ``lead_id`` and ``list_id``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from smartflo_contract.schemas.lead_format import is_object_id
from smartflo_contract.schemas.lead_table import Table, are_equal, are_object_ids
from smartflo_contract.schemas.rules.rule import (
    RESPONSE_TABLE,
    SAMPLE_RESPONSE,
    Breach,
    Change,
    Lead,
    LeadCheck,
    ResponseState,
    Rule,
    in_every_profile,
)


def _check_one_list_id(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    if state.list_id is None:
        state.list_id = lead["list_id"]
    if lead["list_id"] == state.list_id:
        return ()
    return (Breach(("list_id",), "the list_id of the first lead", lead["list_id"]),)


def _check_columns_one_list_id(table: Table, state: ResponseState) -> bool:
    column = table.columns["list_id"]
    if not are_equal(column) or (state.list_id is not None and state.list_id != column[0]):
        return False
    state.list_id = column[0]
    return True


def _break_one_list_id(leads: Sequence[Lead]) -> list[dict[str, Any]]:
    last = leads[-1]
    other = last["list_id"] - 1 or 2
    own_id = {"id": str(other)} if last.get("id") == str(last["list_id"]) else {}
    return [*map(dict, leads[:-1]), {**last, "list_id": other, **own_id}]


def _check_unique(key: str) -> LeadCheck:
    """Return the check that no other lead has the same value of a key."""

    def check(lead: Lead, state: ResponseState) -> Iterable[Breach]:
        identifier = lead[key]
        if identifier in state.ids:
            return (Breach((key,), "an identifier that no other lead has", identifier),)
        state.ids.add(identifier)
        return ()

    return check


def _break_unique(leads: Sequence[Lead]) -> list[dict[str, Any]]:
    first, last = leads[0], leads[-1]
    return [*map(dict, leads[:-1]), {**last, **{key: first[key] for key in ("id", "lead_id") if key in first}}]


def _check_lead_id_equals_id(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    lead_id, identifier = lead["lead_id"], lead["id"]
    if lead_id == identifier or not (isinstance(lead_id, str) and isinstance(identifier, str)):
        return ()
    if not (is_object_id(lead_id) and is_object_id(identifier)):
        return ()
    return (Breach(("lead_id",), "the same as id", lead_id),)


def _check_columns_lead_id_equals_id(table: Table, state: ResponseState) -> bool:
    lead_ids, ids = table.columns["lead_id"], table.columns["id"]
    return lead_ids == ids or str not in set(map(type, lead_ids))


def _break_lead_id_equals_id(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    yield Change(("lead_id",), {"id": "a" * 24, "lead_id": "b" * 24})


def _check_id_is_list_id(lead: Lead, state: ResponseState) -> Iterable[Breach]:
    identifier, list_id = lead["id"], lead["list_id"]
    if not isinstance(identifier, str) or is_object_id(identifier) or identifier == f"{list_id:.0f}":
        return ()
    return (Breach(("id",), "list_id as a string", identifier),)


def _check_columns_id_is_list_id(table: Table, state: ResponseState) -> bool:
    ids, list_ids = table.columns["id"], table.columns["list_id"]
    return are_object_ids(ids) or (are_equal(list_ids) and are_equal(ids) and ids[0] == f"{list_ids[0]:.0f}")


def _break_id_is_list_id(lead: Lead, schema: Mapping[str, Any]) -> Iterator[Change]:
    for other in (lead["list_id"] + 1, lead["list_id"] * 10 % 10**15 + 7):
        yield Change(("id",), {"id": f"{other:.0f}"})


RULES: Final = (
    Rule(
        name="one-list-id",
        claim="all leads of a response belong to one list",
        keys=("list_id",),
        severity=in_every_profile("break"),
        evidence={"documented": "leads page: the path names one list"},
        check=_check_one_list_id,
        check_columns=_check_columns_one_list_id,
        break_list=_break_one_list_id,
        is_sequential=True,
    ),
    Rule(
        name="id-unique",
        claim="id identifies one lead",
        keys=("id",),
        severity={"sample": "break"},
        evidence=SAMPLE_RESPONSE | {"assumed": "the meaning of the name"},
        check=_check_unique("id"),
        break_list=_break_unique,
        is_unique=True,
        contradiction="id-meaning",
    ),
    Rule(
        name="lead-id-unique",
        claim="lead_id identifies one lead",
        keys=("lead_id",),
        severity={"documented": "break", "lenient": "break"},
        evidence={"documented": "leads page, response table: unique id of the lead"},
        check=_check_unique("lead_id"),
        break_list=_break_unique,
        is_unique=True,
    ),
    Rule(
        name="lead-id-equals-id",
        claim="lead_id and id are the same",
        keys=("id", "lead_id"),
        severity={"sample": "break", "lenient": "break"},
        evidence=SAMPLE_RESPONSE,
        check=_check_lead_id_equals_id,
        check_columns=_check_columns_lead_id_equals_id,
        break_lead=_break_lead_id_equals_id,
        contradiction="id-meaning",
    ),
    Rule(
        name="id-is-list-id",
        claim="id is list_id as a string",
        keys=("id", "list_id"),
        severity={"documented": "break", "lenient": "break"},
        evidence=RESPONSE_TABLE,
        check=_check_id_is_list_id,
        check_columns=_check_columns_id_is_list_id,
        break_lead=_break_id_is_list_id,
        contradiction="id-meaning",
    ),
)
