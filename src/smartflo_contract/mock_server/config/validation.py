"""What each setting of the configuration may be: one table."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from smartflo_contract.factories import DefinitionError
from smartflo_contract.factories.setting_checks import Check, integer, one_of, optional, run, words
from smartflo_contract.mock_server.config.quirks import resolved
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.injectors import Fault
from smartflo_contract.mock_server.faults.validation import check_fault
from smartflo_contract.schemas import Contract, ContractError, load_contract
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.json_values import INT64

if TYPE_CHECKING:
    from smartflo_contract.mock_server.config.config import Config

_MOST_WORKERS: Final = 64
_MOST_ACCOUNTS: Final = 10**9
_MOST_REQUESTS: Final = 10**6
_JOURNAL_BYTES: Final = (1024 * 1024, 1024 * 1024 * 1024)


def _source(value: object) -> str | None:
    is_path = isinstance(value, str | os.PathLike) and "\0" not in os.fspath(value)
    return None if is_path or isinstance(value, Mapping) else "the path of a JSON file"


def _lists(value: object) -> str | None:
    return None if isinstance(value, tuple) else "lists, each of them a [[lists]] table or a ListDefinition"


def _quirks(value: object) -> str | None:
    return None if isinstance(value, Mapping) else "a table of quirk to value"


def _logins(value: object) -> str | None:
    texts = isinstance(value, tuple) and all(
        isinstance(text, str) and text for one in value for text in (one.email, one.password)
    )
    return None if texts else "logins, each of them a [[logins]] table or a Login, with texts as email and password"


def _faults(value: object) -> str | None:
    return None if isinstance(value, tuple) else "faults, each of them a [[faults]] table or a Fault"


def _boolean(value: object) -> str | None:
    return None if isinstance(value, bool) else "true or false"


_CONFIG: Final[Mapping[str, Check]] = {
    "host": words,
    "port": integer(0, 65_535),
    "workers": integer(1, _MOST_WORKERS),
    "seed": integer(*INT64),
    "profile": words,
    "overlay": optional(_source),
    "auth": one_of("on", "off"),
    "phones": one_of("safe", "valid"),
    "lists": _lists,
    "quirks": _quirks,
    "logins": _logins,
    "faults": _faults,
    "read_only": _boolean,
    "max_accounts": integer(1, _MOST_ACCOUNTS),
    "journal_requests": integer(0, _MOST_REQUESTS),
    "journal_bytes": integer(*_JOURNAL_BYTES),
    "admin_token": optional(words),
}


def check_config(config: "Config") -> None:
    """Refuse a configuration that the fake cannot work with.

    Raises:
        ConfigError: the message names the first setting that cannot be used.
    """
    try:
        run(config, _CONFIG)
    except DefinitionError as error:
        raise ConfigError(str(error)) from None
    for list_id, count in Counter(one.id for one in config.lists).items():
        if count > 1:
            message = f"lists: list {list_id} is defined {count} times; ids must differ"
            raise ConfigError(message)
    resolved(config.quirks)
    check_faults(config.faults)
    if config.faults and config.read_only:
        message = (
            "faults: a read-only fake counts no requests, so it cannot tell whose turn it is; leave out one of the two"
        )
        raise ConfigError(message)
    if config.workers > 1 and not config.read_only:
        message = (
            f"workers: {config.workers} processes cannot share what a fake remembers of its clients, which is in the "
            "memory of each; choose 1, or start it read-only (--read-only, read_only = true)"
        )
        raise ConfigError(message)
    contract_of(config)


def check_faults(faults: Iterable[Fault]) -> None:
    """Refuse rules that cannot work.

    Raises:
        ConfigError: the message names the rule and its setting.
    """
    for number, fault in enumerate(faults):
        try:
            check_fault(fault, _routes())
        except ConfigError as error:
            message = f"faults[{number}].{error}"
            raise ConfigError(message) from None


def _routes() -> list[str]:
    """Return the routes of this fake, as its OpenAPI document has them."""
    paths = read("openapi.json")["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


def contract_of(config: "Config") -> Contract:
    """Return the contract that a configuration asks for.

    Raises:
        ConfigError: the profile is unknown, or the overlay cannot be used.
    """
    try:
        return load_contract(config.profile, config.overlay)
    except ContractError as error:
        raise ConfigError(str(error)) from None
