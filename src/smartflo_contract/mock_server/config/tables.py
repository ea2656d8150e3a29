"""Convert the tables of a configuration file to lists, logins and fault rules."""

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from typing import Any, Final, NamedTuple

from smartflo_contract.factories import DefinitionError, ListDefinition
from smartflo_contract.mock_server.config.custom_route import ROUTE_SETTINGS, CustomRoute
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.config.login import Login
from smartflo_contract.mock_server.config.webhook import WEBHOOK_SETTINGS, Webhook
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.rules import SETTING_NAMES, Fault
from smartflo_contract.schemas.errors import nearest

LEADS_FILE: Final = "leads_file"
"""Setting of a list: the path of a JSON file with its leads."""
_LIST_SETTINGS: Final = (*(field.name for field in fields(ListDefinition)), LEADS_FILE)
_LOGIN_SETTINGS: Final = tuple(field.name for field in fields(Login))
_WEIGHTS: Final = ("dial_status", "disposition")
"""Settings of a list whose keys are integers, which are strings in a file."""
_INTEGER: Final = re.compile(r"-?[0-9]{1,16}")


class _Table(NamedTuple):
    """The tables of one setting.

    Attributes:
        type: the type of the values that the tables become.
        convert: converts one table; called with the table and its position, such as ``lists[0]``.
    """

    type: type
    convert: Callable[[Mapping[str, Any], str], object]


def convert_tables(setting: str, value: object) -> object:
    """Return the value of a setting as a tuple, with its tables converted; ``validate_config`` checks the result.

    Args:
        setting: one of :data:`TABLES`.
        value: a list of tables or values of the setting's type; other types are returned unchanged.

    Raises:
        ConfigError: a table is invalid, or an item is not a table.
    """
    if isinstance(value, Mapping):
        message = f"{setting}: expected a list; in a file write [[{setting}]] above each table, not [{setting}]"
        raise ConfigError(message)
    if not isinstance(value, list | tuple):
        return value
    return tuple(_convert(setting, item, f"{setting}[{number}]") for number, item in enumerate(value))


def _convert(setting: str, item: object, position: str) -> object:
    table = TABLES[setting]
    if isinstance(item, table.type):
        return item
    if isinstance(item, Mapping):
        return table.convert(item, position)
    expected = f"a table, written as [[{setting}]] in a file, or a {table.type.__name__}"
    message = f"{position}: expected {expected}, got {type(item).__name__}"
    raise ConfigError(message)


def reject_unknown_settings(table: Mapping[str, Any], known: Collection[str], position: str = "") -> None:
    """Check the setting names of a table.

    Args:
        table: the table.
        known: the names that it may have.
        position: where the table is, such as ``lists[0].``; empty for the top level.

    Raises:
        ConfigError: a name is unknown.
    """
    unknown = next((name for name in table if name not in known), None)
    if unknown is not None:
        hint = nearest(str(unknown), known) or f" Choose from {', '.join(known)}."
        message = f"{position}{unknown}: unknown setting.{hint}"
        raise ConfigError(message)


def _fault(table: Mapping[str, Any], position: str) -> Fault:
    reject_unknown_settings(table, SETTING_NAMES, f"{position}.")
    try:
        return Fault(**{"steps": None, **table})
    except ConfigError as error:
        message = f"{position}.{error}"
        raise ConfigError(message) from None


def _route(table: Mapping[str, Any], position: str) -> CustomRoute:
    reject_unknown_settings(table, ROUTE_SETTINGS, f"{position}.")
    missing = next((name for name in ("method", "path") if name not in table), None)
    if missing is not None:
        message = f"{position}.{missing}: missing; every route needs one"
        raise ConfigError(message)
    return CustomRoute(**table)


def _webhook(table: Mapping[str, Any], position: str) -> Webhook:
    reject_unknown_settings(table, WEBHOOK_SETTINGS, f"{position}.")
    if "url" not in table:
        message = f"{position}.url: missing; every webhook needs one"
        raise ConfigError(message)
    return Webhook(**table)


def _login(table: Mapping[str, Any], position: str) -> Login:
    reject_unknown_settings(table, _LOGIN_SETTINGS, f"{position}.")
    missing = next((name for name in _LOGIN_SETTINGS if name not in table), None)
    if missing is not None:
        message = f"{position}.{missing}: missing; every login needs one"
        raise ConfigError(message)
    return Login(**table)


def _list(table: Mapping[str, Any], position: str) -> ListDefinition:
    reject_unknown_settings(table, _LIST_SETTINGS, f"{position}.")
    settings = dict(table)
    file = settings.pop(LEADS_FILE, None)
    if file is None and "id" not in table:
        message = f"{position}.id: missing; every list needs one"
        raise ConfigError(message)
    for name in _WEIGHTS:
        if isinstance(settings.get(name), dict):
            settings[name] = {_integer_key(key): weight for key, weight in settings[name].items()}
    try:
        return ListDefinition(**settings) if file is None else _fixture_list(file, settings)
    except (ConfigError, DefinitionError) as error:
        message = f"{position}.{error}"
        raise ConfigError(message) from None


def _fixture_list(file: object, settings: Mapping[str, Any]) -> FixtureList:
    if "size" in settings:
        message = f"size: remove it; the list has the leads of {LEADS_FILE}"
        raise ConfigError(message)
    if not isinstance(file, str | os.PathLike) or "\0" in os.fspath(file):
        message = f"{LEADS_FILE}: expected the path of a JSON file"
        raise ConfigError(message)
    try:
        return FixtureList.from_file(file, **settings)
    except ConfigError as error:
        message = f"{LEADS_FILE}: {error}"
        raise ConfigError(message) from None


def _integer_key(key: str) -> int | str:
    """Return a key as an integer; unchanged if it is none, so that the checks of the list reject it."""
    return int(key) if _INTEGER.fullmatch(key) else key


TABLES: Final[Mapping[str, _Table]] = {
    "lists": _Table(ListDefinition, _list),
    "logins": _Table(Login, _login),
    "faults": _Table(Fault, _fault),
    "routes": _Table(CustomRoute, _route),
    "webhooks": _Table(Webhook, _webhook),
}
"""Settings that are lists of tables."""
