"""Accounts as JSON that can be restored. It contains seeds and edits, not generated leads, so it stays small."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

import orjson

from smartflo_contract.mock_server.accounts.account import Account, Batch
from smartflo_contract.mock_server.accounts.clock import Clock
from smartflo_contract.mock_server.accounts.rate_budget import FULL_BUDGET, RateBudget
from smartflo_contract.mock_server.accounts.settings import Settings
from smartflo_contract.mock_server.calls.click_to_call import ClickToCall
from smartflo_contract.mock_server.calls.dnd import DndEntry, DndList, FormerEntry
from smartflo_contract.mock_server.config.custom_route import CustomRoute
from smartflo_contract.mock_server.config.webhook import webhook_from_json
from smartflo_contract.mock_server.dialling.broadcast import Broadcast
from smartflo_contract.mock_server.faults.parsing import fault_from_json
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.definition_json import definition_from_json, definition_to_json
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.webhooks.message import Message

Snapshot: TypeAlias = dict[str, Any]
"""An account as JSON: ``Account`` in the admin API's OpenAPI document."""


def dump_account(account: Account) -> Snapshot:
    """Return an account as JSON."""
    return {
        "settings": asdict(account.settings),
        **dump_fields(account),
        "lists": {str(list_id): _dump_list(edited) for list_id, edited in account.lists.items()},
        "batches": {batch_id: batch._asdict() for batch_id, batch in account.batches.items()},
    }


def dump_fields(account: Account) -> Snapshot:
    """Return everything of an account but its settings, lists and batches, as JSON."""
    return {
        "clock": asdict(account.clock),
        "failed_logins": account.failed_logins,
        "locked_until": account.locked_until,
        "logged_out": account.logged_out,
        "world": account.catalog and account.catalog._asdict(),
        "fault_counts": {str(number): count for number, count in account.fault_counts.items()},
        "mutant_served": account.mutant_served,
        "rate_budget": account.rate_budget._asdict(),
        "requests": account.requests,
        "advanced_ms": account.advanced_ms,
        "dnd": {entry_id: entry._asdict() for entry_id, entry in account.dnd.items()},
        "former_dnd": [entry._asdict() for entry in account.former_dnd],
        "dnd_lists": {str(list_id): dnd_list._asdict() for list_id, dnd_list in account.dnd_lists.items()},
        "calls": [call._asdict() for call in account.calls],
        "broadcasts": {str(broadcast.id): broadcast.to_json() for broadcast in account.broadcasts.values()},
        "pending_webhooks": [message._asdict() for message in account.pending_webhooks],
    }


def load_settings(content: Mapping[str, Any]) -> Settings:
    """Return the settings in an account's JSON."""
    settings = content["settings"]
    faults = settings["faults"]
    rules = None if faults is None else tuple(fault_from_json(rule) for rule in faults)
    routes = settings.get("routes")  # absent in snapshots of earlier versions
    own_routes = None if routes is None else tuple(CustomRoute(**route) for route in routes)
    mutant, rate_limit = settings.get("mutant"), settings.get("rate_limit")  # as the routes
    webhooks = settings.get("webhooks")
    own_webhooks = None if webhooks is None else tuple(map(webhook_from_json, webhooks))
    return Settings(settings["profile"], settings["quirks"], rules, own_routes, mutant, rate_limit, own_webhooks)


def load_account(content: Mapping[str, Any], settings: Settings, catalog: Catalog) -> Account:
    """Return the account in its JSON.

    Args:
        content: a result of :func:`dump_account`.
        settings: the settings in ``content``.
        catalog: the account's catalog under these settings.

    Raises:
        DefinitionError: a list definition is invalid.
        ValueError: a list is stored under the id of another list, a lead is nested too deeply, or a lead has an
            invalid index.
    """
    return Account(
        settings=settings,
        catalog=catalog.key if content["lists"] else None,
        clock=Clock(**content["clock"]),
        failed_logins=int(content["failed_logins"]),
        locked_until=content["locked_until"],
        logged_out=dict(content["logged_out"]),
        lists={int(list_id): _load_list(int(list_id), edited, catalog) for list_id, edited in content["lists"].items()},
        batches={batch_id: Batch(**batch) for batch_id, batch in content["batches"].items()},
        fault_counts={int(number): int(count) for number, count in content["fault_counts"].items()},
        mutant_served=int(content.get("mutant_served", 0)),  # absent in snapshots of earlier versions
        rate_budget=_load_rate_budget(content.get("rate_budget")),
        requests=int(content["requests"]),
        # The rest is absent in snapshots of earlier versions.
        advanced_ms=int(content.get("advanced_ms", 0)),
        dnd={entry_id: DndEntry(**entry) for entry_id, entry in content.get("dnd", {}).items()},
        former_dnd=tuple(FormerEntry(**entry) for entry in content.get("former_dnd", ())),
        dnd_lists={int(list_id): DndList(**entry) for list_id, entry in content.get("dnd_lists", {}).items()},
        calls=tuple(ClickToCall(**call) for call in content.get("calls", ())),
        broadcasts={int(key): Broadcast.from_json(entry) for key, entry in content.get("broadcasts", {}).items()},
        pending_webhooks=tuple(Message(**message) for message in content.get("pending_webhooks", ())),
    )


def _load_rate_budget(content: Mapping[str, float] | None) -> RateBudget:
    """Return the rate budget in an account's JSON; a full one for snapshots of earlier versions, which have none."""
    return FULL_BUDGET if content is None else RateBudget(int(content["spent"]), int(content["at"]))


def _dump_list(edited: EditedList) -> Snapshot:
    next_index, leads = edited.dump()
    return {
        "definition": definition_to_json(edited.writer.definition),
        "description": edited.description,
        "deleted": edited.deleted,
        "next": next_index,
        "leads": {str(index): lead and orjson.Fragment(lead) for index, lead in leads.items()},
    }


def _load_list(list_id: int, content: Mapping[str, Any], catalog: Catalog) -> EditedList:
    writer = catalog.writer(definition_from_json(content["definition"]))
    if writer.definition.id != list_id:
        message = f"lists: expected the list {list_id} under its own id, got the list {writer.definition.id}"
        raise ValueError(message)
    edited = EditedList(writer, content["description"], content["deleted"])
    edited.load(int(content["next"]), {int(index): lead for index, lead in content["leads"].items()})
    return edited
