"""What a fake remembers of an account, as JSON that can be taken back: seeds and changes, so it stays small."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, TypeAlias

import orjson

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server.accounts.clock import Clock
from smartflo_contract.mock_server.accounts.settings import Settings
from smartflo_contract.mock_server.accounts.store import Account, Batch
from smartflo_contract.mock_server.faults.injectors import Fault
from smartflo_contract.mock_server.lists.catalog import World
from smartflo_contract.mock_server.lists.edited_list import ListChanges

Dumped: TypeAlias = dict[str, Any]
"""An account: ``Account`` in the admin API's OpenAPI document."""

_WEIGHTS: Final = ("dial_status", "disposition")


def dumped(account: Account) -> Dumped:
    """Return an account as JSON."""
    return {
        "settings": asdict(account.settings),
        "clock": asdict(account.clock),
        "failed_logins": account.failed_logins,
        "locked_until": account.locked_until,
        "logged_out": account.logged_out,
        "world": account.world and account.world._asdict(),
        "lists": {str(list_id): _dumped_list(changes) for list_id, changes in account.lists.items()},
        "batches": {batch_id: batch._asdict() for batch_id, batch in account.batches.items()},
        "fault_counts": {str(number): count for number, count in account.fault_counts.items()},
        "requests": account.requests,
    }


def settings_of(content: Mapping[str, Any]) -> Settings:
    """Return the settings in an account's JSON."""
    settings = content["settings"]
    faults = settings["faults"]
    rules = None if faults is None else tuple(fault_of(rule) for rule in faults)
    return Settings(settings["profile"], settings["quirks"], rules)


def whole(value: Any) -> Any:
    """Return a number that JSON writes as 3.0 as an integer, and anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def fault_of(rule: Mapping[str, Any]) -> Fault:
    """Return the rule that JSON says: ``FaultRule`` in the admin API's OpenAPI document."""
    numbers = {name: whole(rule[name]) for name in ("list_id", "at", "lead") if name in rule}
    return Fault(**{**rule, **numbers, "steps": tuple(str(whole(step)) for step in rule["steps"])})


def definition_of(content: Mapping[str, Any]) -> ListDefinition:
    """Return the list that JSON says: ``ListDefinition`` in the admin API's OpenAPI document.

    Raises:
        DefinitionError: it cannot be.
    """
    settings = {**content, **{name: whole(content[name]) for name in ("id", "size", "seed") if name in content}}
    for name in ("columns", "sensitive"):
        if settings.get(name) is not None:
            settings[name] = tuple(map(whole, settings[name]))
    for name in _WEIGHTS:
        if settings.get(name) is not None:
            settings[name] = {int(key): weight for key, weight in settings[name].items()}
    return ListDefinition(**settings)


def dumped_definition(definition: ListDefinition) -> Dumped:
    """Return a list's definition as JSON."""
    content = asdict(definition)
    for name in _WEIGHTS:
        content[name] = content[name] and {str(key): weight for key, weight in content[name].items()}
    return content


def account_of(content: Mapping[str, Any], settings: Settings, world: World) -> Account:
    """Return the account that its JSON says.

    Args:
        content: as :func:`dumped` returned it.
        settings: those in ``content``.
        world: the account's, under its settings.

    Raises:
        DefinitionError: a list cannot be.
        ValueError: a list is not under its id, or a lead is nested too deeply or has no place.
    """
    return Account(
        settings=settings,
        world=world.key if content["lists"] else None,
        clock=Clock(**content["clock"]),
        failed_logins=int(content["failed_logins"]),
        locked_until=content["locked_until"],
        logged_out=dict(content["logged_out"]),
        lists={int(list_id): _list_of(int(list_id), one, world) for list_id, one in content["lists"].items()},
        batches={batch_id: Batch(**batch) for batch_id, batch in content["batches"].items()},
        fault_counts={int(number): int(count) for number, count in content["fault_counts"].items()},
        requests=int(content["requests"]),
    )


def _dumped_list(changes: ListChanges) -> Dumped:
    following, leads = changes.dump()
    return {
        "definition": dumped_definition(changes.writer.definition),
        "description": changes.description,
        "deleted": changes.deleted,
        "next": following,
        "leads": {str(index): line and orjson.Fragment(line) for index, line in leads.items()},
    }


def _list_of(list_id: int, content: Mapping[str, Any], world: World) -> ListChanges:
    writer = world.writer(definition_of(content["definition"]))
    if writer.definition.id != list_id:
        message = f"lists: under {list_id} stands the list {writer.definition.id}"
        raise ValueError(message)
    changes = ListChanges(writer, content["description"], content["deleted"])
    changes.load(int(content["next"]), {int(index): lead for index, lead in content["leads"].items()})
    return changes
