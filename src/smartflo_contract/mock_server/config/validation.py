"""Check the settings of the configuration. A table holds one check for each setting."""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from smartflo_contract.factories import DefinitionError, ListDefinition
from smartflo_contract.factories import setting_checks as checks
from smartflo_contract.mock_server.config.custom_route import check_custom_routes
from smartflo_contract.mock_server.config.dialling_model import DiallingModel
from smartflo_contract.mock_server.config.login import Login
from smartflo_contract.mock_server.config.quirks import resolve_quirks
from smartflo_contract.mock_server.config.store_url import EXAMPLES, parse_store_url
from smartflo_contract.mock_server.config.webhook import check_webhook_hosts, check_webhooks
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.validation import check_faults
from smartflo_contract.mock_server.http.origins import origin_problem
from smartflo_contract.schemas import Contract, ContractError, load_contract
from smartflo_contract.schemas.json_values import INT64
from smartflo_contract.schemas.overlay import OverlaySource

_MAX_WORKERS: Final = 64
_MAX_ACCOUNTS: Final = 10**9
_MAX_RATE_LIMIT: Final = 10_000
_TOKEN: Final = re.compile("[ -~]{1,1000}")
_MAX_SPEED: Final = 86_400
"""A day for each second."""
_MAX_JOURNAL_REQUESTS: Final = 10**6
_MIN_JOURNAL_BYTES: Final = 1024 * 1024
_MAX_JOURNAL_BYTES: Final = 1024 * 1024 * 1024


def _overlay(value: object) -> str | None:
    is_path = isinstance(value, str | os.PathLike) and "\0" not in os.fspath(value)
    return None if is_path or isinstance(value, Mapping) else "the path of a JSON file"


def _lists(value: object) -> str | None:
    return None if isinstance(value, tuple) else "a list whose items are [[lists]] tables or ListDefinition objects"


def _quirks(value: object) -> str | None:
    return None if isinstance(value, Mapping) else "a table of quirk names to values"


def _dialling(value: object) -> str | None:
    is_path = isinstance(value, str | os.PathLike) and "\0" not in os.fspath(value)
    return None if is_path or isinstance(value, Mapping | DiallingModel) else "the path of a TOML file, or a table"


def _logins(value: object) -> str | None:
    return None if isinstance(value, tuple) else "a list whose items are [[logins]] tables or Login objects"


def _faults(value: object) -> str | None:
    return None if isinstance(value, tuple) else "a list whose items are [[faults]] tables or Fault objects"


def _routes(value: object) -> str | None:
    return None if isinstance(value, tuple) else "a list whose items are [[routes]] tables or CustomRoute objects"


def _webhooks(value: object) -> str | None:
    return None if isinstance(value, tuple) else "a list whose items are [[webhooks]] tables or Webhook objects"


def _webhook_hosts(value: object) -> str | None:
    return None if isinstance(value, tuple) else 'a list of host names, such as ["crm.example.com"]'


def _cors(value: object) -> str | None:
    return None if isinstance(value, tuple) else 'a list of origins, such as ["http://localhost:3000"]'


def _store(value: object) -> str | None:
    return None if isinstance(value, str) else f"the URL of a database, such as {EXAMPLES}"


def _boolean(value: object) -> str | None:
    return None if isinstance(value, bool) else "true or false"


_CHECKS: Final[Mapping[str, checks.Check]] = {
    "host": checks.nonempty_string,
    "port": checks.integer(0, 65_535),
    "workers": checks.integer(1, _MAX_WORKERS),
    "seed": checks.integer(*INT64),
    "profile": checks.nonempty_string,
    "overlay": checks.optional(_overlay),
    "cors": _cors,
    "auth": checks.one_of("on", "off"),
    "phones": checks.one_of("safe", "valid"),
    "lists": _lists,
    "quirks": _quirks,
    "logins": _logins,
    "faults": _faults,
    "routes": _routes,
    "webhooks": _webhooks,
    "webhook_hosts": _webhook_hosts,
    "dialling": checks.optional(_dialling),
    "rate_limit": checks.optional(checks.integer(1, _MAX_RATE_LIMIT)),
    "speed": checks.optional(checks.integer(1, _MAX_SPEED)),
    "read_only": _boolean,
    "store": checks.optional(_store),
    "max_accounts": checks.integer(1, _MAX_ACCOUNTS),
    "journal_requests": checks.integer(0, _MAX_JOURNAL_REQUESTS),
    "journal_bytes": checks.integer(_MIN_JOURNAL_BYTES, _MAX_JOURNAL_BYTES),
    "verbose": _boolean,
}
"""The check of each setting that may be shown; secrets have checks of their own, which do not."""

_NEED_STATE: Final = {
    "faults": "does not count requests, so it cannot apply fault rules; remove the faults",
    "rate_limit": "does not count requests, so it cannot limit their rate; remove rate_limit",
    "speed": "stores nothing, so it cannot advance leads; remove speed",
    "webhooks": "cannot advance its clocks, so it sends nothing; remove the webhooks",
}
"""Settings that a read-only fake cannot have: why, and how to go on."""


def validate_config(settings: Mapping[str, Any]) -> None:
    """Check all settings of a configuration, alone and together.

    Args:
        settings: setting name to value, for every field of ``Config``.

    Raises:
        ConfigError: a setting is invalid; the message names the first one.
    """
    try:
        for name, check in _CHECKS.items():
            expected = check(settings[name])
            if expected is not None:
                checks.reject(name, expected, settings[name])
        for index, origin in enumerate(settings["cors"]):
            expected = origin_problem(origin)
            if expected is not None:
                checks.reject(f"cors[{index}]", expected, origin)
    except DefinitionError as error:
        raise ConfigError(str(error)) from None
    _check_secrets(settings["admin_token"], settings["logins"])
    _check_list_ids(settings["lists"])
    resolve_quirks(settings["quirks"])
    check_custom_routes(settings["routes"])
    check_webhook_hosts(settings["webhook_hosts"])
    check_webhooks(settings["webhooks"], settings["webhook_hosts"])
    check_faults(settings["faults"], [route.name for route in settings["routes"]])
    for name, why in _NEED_STATE.items() if settings["read_only"] else ():
        if settings[name]:
            message = f"{name}: a read-only fake {why} or read_only"
            raise ConfigError(message)
    if settings["store"] is not None:
        parse_store_url(settings["store"])
    elif settings["workers"] > 1 and not settings["read_only"]:
        message = (
            f"workers: {settings['workers']} processes cannot share accounts, which each process keeps in its own "
            "memory; set workers to 1, name a database that they share (--store sqlite:///fake.db), or start the fake "
            "read-only (--read-only, read_only = true)"
        )
        raise ConfigError(message)
    configured_contract(settings["profile"], settings["overlay"])


def _check_secrets(admin_token: object, logins: Sequence[Login]) -> None:
    """Check the admin token and the logins; no message contains a value of them."""
    if admin_token is not None and not (isinstance(admin_token, str) and _TOKEN.fullmatch(admin_token)):
        message = "admin_token: expected a string of 1 to 1000 ASCII characters, because a header contains it"
        raise ConfigError(message)
    for index, login in enumerate(logins):
        values: dict[str, object] = {"email": login.email, "password": login.password}
        for name, value in values.items():
            if not isinstance(value, str) or not value:
                message = f"logins[{index}].{name}: expected a string of 1 character or more"
                raise ConfigError(message)


def _check_list_ids(lists: Sequence[ListDefinition]) -> None:
    for list_id, count in Counter(definition.id for definition in lists).items():
        if count > 1:
            message = f"lists: list {list_id} is defined {count} times; give each list its own id"
            raise ConfigError(message)


def configured_contract(profile: str, overlay: OverlaySource | None) -> Contract:
    """Return the contract of a configuration.

    Args:
        profile: profile of the contract.
        overlay: the overlay, ``None`` for none.

    Raises:
        ConfigError: there is no such profile, or the overlay is invalid.
    """
    try:
        return load_contract(profile, overlay)
    except ContractError as error:
        raise ConfigError(str(error)) from None
