"""``/v1/broadcast/lead`` and the writing half of ``/v1/broadcast/leads``: leads are added, changed and deleted."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from flask import Response

from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.mock_server.accounts.account import Batch
from smartflo_contract.mock_server.api.transaction import Edit, Refused, at_lead, done, in_list
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import LARGE_BODY_BYTES, SMALL_BODY_BYTES, BodySpec, unknown_keys
from smartflo_contract.mock_server.http.responses import error_response, json_response, truncate
from smartflo_contract.mock_server.lists.edited_leads import PHONE_KEY, Lead
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_format import FIELD, HALF_DAY_SECONDS, TIME_KEYS, epoch_ms, mongo_date
from smartflo_contract.schemas.schema_keywords import allows_null

_ADD: Final = BodySpec(
    "AddLead", SMALL_BODY_BYTES, '{"field_0": "5550000042", "field_1": "Asha", "duplicate_option": "skip"}'
)
_UPDATE: Final = BodySpec("UpdateLead", SMALL_BODY_BYTES, '{"field_1": "Asha", "priority": "30"}')
_ADD_MANY: Final = BodySpec(
    "AddLeads", LARGE_BODY_BYTES, '{"data": [{"field_0": "5550000042"}], "duplicate_option": "skip"}'
)
_PATCH: Final = BodySpec(
    "PatchLeads", LARGE_BODY_BYTES, '{"field": "field_0", "data": ["5550000042"], "lead_data": {"priority": 5}}'
)
_DELETE: Final = BodySpec("DeleteLeads", LARGE_BODY_BYTES, '{"field": "field_0", "data": ["5550000042"]}')

_MOST_FIELD: Final = 99
"""The last field that a lead may be given where its list has no more columns."""
_MOST_COMPARED: Final = 100_000
"""Leads that are looked at one by one; a phone number is found without."""
_NUMBER: Final = re.compile(r"(?:\+?91|0)?([0-9]{10})")
_ABROAD: Final = re.compile(r"\+[0-9]{7,15}")
_DECORATION: Final = str.maketrans("", "", " -()\t")
_KEPT: Final = 1_000
"""Batches that an account remembers."""
BATCH_SECONDS: Final = 2
"""How long a batch is said to be processed; its leads are there at once. Assumed."""


class Row(NamedTuple):
    """What a client says of one lead.

    Attributes:
        values: field or key to value, as the lead will hold it.
        ignored: keys that mean nothing here.
    """

    values: dict[str, Any]
    ignored: tuple[str, ...]


def post_lead(call: Call, id_: str) -> Response:
    """Add one lead to a list."""
    return in_list(call, id_, _ADD, _add_one)


def post_leads(call: Call, list_id: str) -> Response:
    """Add many leads to a list."""
    return in_list(call, list_id, _ADD_MANY, _add_many)


def patch_leads(call: Call, list_id: str) -> Response:
    """Change the leads of a list that have one of some values in a field."""
    return in_list(call, list_id, _PATCH, _patch_many)


def delete_leads(call: Call, list_id: str) -> Response:
    """Delete the leads of a list that have one of some values in a field."""
    return in_list(call, list_id, _DELETE, _delete_many)


def put_lead(call: Call, id_: str) -> Response:
    """Change one lead, told by its own id."""
    return at_lead(call, id_, _UPDATE, _patch_one)


def delete_lead(call: Call, id_: str) -> Response:
    """Delete one lead, told by its own id."""
    return at_lead(call, id_, None, _delete_one)


def get_batch(call: Call, id_: str) -> Response:
    """Answer with what became of a bulk request."""
    batch = call.state.accounts.get(call.account).batches.get(id_)
    if batch is None:
        reason = f"no batch of this account has the id {truncate(id_)}; POST /v1/broadcast/leads/<id> answers with one"
        return error_response(404, "Batch not found.", reason)
    finished = call.state.now(call.account) >= batch.done_at
    message = batch.outcome if finished else "Batch is processing."
    return json_response(200, {"success": True, "message": message}, "assumed")


def row_of(content: Mapping[str, Any], columns: int) -> Row:
    """Return what a client says of a lead, in the form in which a lead holds it.

    Raises:
        Refused: a value cannot be what its key needs.
    """
    values: dict[str, Any] = {}
    ignored = []
    for key, value in content.items():
        if FIELD.fullmatch(key) and int(key[6:]) <= max(_MOST_FIELD, columns - 1):
            values[key] = phone(value) if key == PHONE_KEY else str(value)
        elif key == "priority":
            values[key] = int(value)
        elif key in {"skill_id", "dial_status"}:
            values[key] = _number(key, value)
        elif key != "duplicate_option":
            ignored.append(key)
    return Row(values, tuple(ignored))


def phone(value: str | int) -> str:
    """Return a phone number as leads hold it, with +91 where it has ten digits.

    Raises:
        Refused: it is none.
    """
    digits = str(value).translate(_DECORATION)
    ten = _NUMBER.fullmatch(digits)
    if ten:
        return f"+91{ten[1]}"
    if _ABROAD.fullmatch(digits):
        return digits
    raise Refused({PHONE_KEY: f"Provide a valid {PHONE_KEY}."})


def _number(key: str, value: str | int | None) -> int | None:
    if value is None or (value == "" and key == "skill_id"):
        return None
    try:
        return int(value) if str(value).lstrip("-").isascii() and len(str(value)) <= 16 else _refuse(key)  # noqa: PLR2004
    except ValueError:
        return _refuse(key)


def _refuse(key: str) -> int:
    raise Refused({key: f"Provide a valid {key}."})


def _patch_one(edit: Edit, changes: EditedList, index: int) -> Response:
    row = row_of(edit.content, len(changes.writer.definition.columns))
    changes.change(index, partial(_patched, edit, row.values))
    return done("Lead updated successfully.", row.ignored)


def _delete_one(_: Edit, changes: EditedList, index: int) -> Response:
    changes.remove(index)
    return done("Lead deleted successfully.")


def _add_one(edit: Edit, changes: EditedList) -> Response:
    option = edit.content.get("duplicate_option", edit.settings.quirks["duplicate_option"])
    row = row_of(edit.content, len(changes.writer.definition.columns))
    outcome, lead = _add(edit, changes, row, option)
    message = {
        "added": "Lead added successfully.",
        "updated": "Lead updated successfully.",
        "skipped": "Lead already exists and was skipped.",
    }[outcome]
    named = {key: lead.get("lead_id") for key in ("lead_id", "id") if edit.settings.quirks["add_lead_answer"] == key}
    return done(message, row.ignored, **named)


def _add_many(edit: Edit, changes: EditedList) -> Response:
    option = edit.content.get("duplicate_option", edit.settings.quirks["duplicate_option"])
    shared = {"skill_id": edit.content["skill_id"]} if "skill_id" in edit.content else {}
    columns = len(changes.writer.definition.columns)
    rows = [_placed(number, row_of, shared | lead, columns) for number, lead in enumerate(edit.content["data"])]
    _check_all(edit, changes, rows)
    outcomes = [_add(edit, changes, row, option)[0] for row in rows]
    counts = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in ("added", "updated", "skipped"))
    batch_id = edit.account.add_batch(Batch(f"Batch completed: {counts}.", edit.now / 1_000 + BATCH_SECONDS), _KEPT)
    ignored = unknown_keys(_ADD_MANY, edit.content) + sorted({key for row in rows for key in row.ignored})
    return done(f"{len(rows)} leads accepted.", ignored, batch_id=batch_id)


def _check_all(edit: Edit, changes: EditedList, rows: Iterable[Row]) -> None:
    """Refuse a batch of which any lead would break the contract, before one is added."""
    if edit.settings.catalog.contract.overlay is None:
        return  # then what the request's schema lets pass, a lead may hold
    model = changes.writer.lead(changes.writer.size)
    for number, row in enumerate(rows):
        _placed(number, partial(_patched, edit, row.values), model)


def _placed(number: int, write: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns; what it refuses is said to be in a row."""
    try:
        return write(*arguments)
    except Refused as refused:
        raise Refused({f"data.{number}.{key}": message for key, message in refused.faults.items()}) from None


def _patch_many(edit: Edit, changes: EditedList) -> Response:
    row = row_of(edit.content["lead_data"], len(changes.writer.definition.columns))
    indexes = list(_matching(changes, edit.content["field"], edit.content["data"]))
    change = partial(_patched, edit, row.values)
    for index in indexes:  # before any is changed
        change(changes.leads.lead(index) or {})
    for index in indexes:
        changes.change(index, change)
    return done(f"{len(indexes)} leads updated.", [*unknown_keys(_PATCH, edit.content), *row.ignored])


def _delete_many(edit: Edit, changes: EditedList) -> Response:
    indexes = list(_matching(changes, edit.content["field"], edit.content["data"]))
    for index in indexes:
        changes.remove(index)
    return done(f"{len(indexes)} leads deleted.", unknown_keys(_DELETE, edit.content))


def _matching(changes: EditedList, key: str, values: list[str | int]) -> Iterator[int]:
    """Yield the index of every lead that has one of some values in a field; phone numbers by their last ten digits.

    Raises:
        Refused: the list is too long to look at each lead.
    """
    leads = changes.leads
    if key == PHONE_KEY:
        found = {index for digits in {last_digits(str(value)) for value in values} for index in leads.matching(digits)}
        yield from sorted(found)
        return
    if leads.size > _MOST_COMPARED:
        raise Refused({"field": f"Only field_0 is sought among more than {_MOST_COMPARED:,} leads."})
    wanted = set(map(str, values))
    for index in leads.indexes():
        value = (leads.lead(index) or {}).get(key)
        if isinstance(value, str) and value in wanted:
            yield index


def _add(edit: Edit, changes: EditedList, row: Row, option: str) -> tuple[str, Lead]:
    """Add a lead, or do with the one that has its number what the option says."""
    same = [] if option == "clone" else changes.leads.matching(row.values[PHONE_KEY])
    if same and option == "skip":
        return "skipped", changes.leads.lead(same[0]) or {}
    if same:
        return "updated", changes.change(same[0], partial(_patched, edit, row.values))
    return "added", changes.add(partial(_made, edit, row.values))


def _made(edit: Edit, values: Lead, model: Lead) -> Lead:
    """Return a new lead: New, never called, created now, with the fields that the client gave and no others."""
    contract = edit.settings.catalog.contract
    decided = set() if contract.overlay is None else contract.overlay.decided
    fresh: Lead = {key: "" for key in model if FIELD.fullmatch(key)}
    fresh |= {
        "alternate_phone_number": "",
        "dial_status": 1,
        "dialer_dial_status": 0,
        "lead_picked": 0,
        "undisposed_lead": False,
        "call_count": 0,
    }
    fresh |= {"retry_count": "0" if isinstance(model.get("retry_count"), str) else 0, "priority": 1}
    fresh |= {key: None for key in ("skill_id", "time_group", "dialer_skill") if _may_be_null(contract, key)}
    fresh |= {key: mongo_date(edit.now) for key in TIME_KEYS}
    if edit.settings.quirks["created_at"] == "twelve_hours_early":
        fresh["created_at"] = mongo_date(edit.now - HALF_DAY_SECONDS * 1_000)
    for key in ("id", "lead_id"):
        if _is_object_id(model.get(key)):
            fresh[key] = f"{edit.now // 1_000 & 0xFFFF_FFFF:08x}{model[key][8:]}"
    known = {key: value for key, value in fresh.items() if key in model and key not in decided}
    return _patched(edit, values, model | known, changed=False)


def _may_be_null(contract: Contract, key: str) -> bool:
    properties = contract.lead["properties"]
    return key in properties and allows_null(properties[key])


def _is_object_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == 24  # noqa: PLR2004 - hexadecimal digits of an ObjectId


def _patched(edit: Edit, values: Lead, lead: Lead, *, changed: bool = True) -> Lead:
    """Return a lead with new values, updated now.

    Raises:
        Refused: the contract does not allow it so; an overlay may say more than the request's schema.
    """
    contract = edit.settings.catalog.contract
    named = {key: value for key, value in values.items() if key in lead or FIELD.fullmatch(key)}
    if named.get("skill_id", 0) is None and not _may_be_null(contract, "skill_id"):
        del named["skill_id"]  # as it was: this reading has no null
    patched = _with_fields(lead, named)
    if changed and "updated_at" in patched:
        later = max(edit.now, epoch_ms(lead["updated_at"]) or 0)
        patched["updated_at"] = mongo_date(later)
    _check(contract, lead, patched, named)
    return patched


def _with_fields(lead: Lead, values: Lead) -> Lead:
    """Return a lead with new values; fields beyond its last are added after it, without a gap."""
    have = sum(1 for key in lead if FIELD.fullmatch(key))
    need = max([have, *(int(key[6:]) + 1 for key in values if FIELD.fullmatch(key))])
    if need == have:
        return lead | values
    longer: Lead = {}
    for key, value in lead.items():
        longer[key] = value
        if key == f"field_{have - 1}":
            longer |= {f"field_{number}": "" for number in range(have, need)}
    return longer | values


def _check(contract: Contract, before: Lead, lead: Lead, values: Mapping[str, Any]) -> None:
    """Refuse values by which a lead breaks the contract; what was broken before, by the admin API, may stay so."""
    validator = data_of(contract).lead_validator
    if validator.is_valid(lead):
        return
    faults = {str(path[0]): f"Provide a valid {path[0]}." for _, path, _ in validator.violations(lead)}
    sent = {key: message for key, message in faults.items() if key in values}
    if sent or validator.is_valid(before):
        raise Refused(sent or faults)
