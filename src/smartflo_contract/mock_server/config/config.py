"""The configuration of a fake: one frozen value, created in Python or read from a TOML file."""

import os
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server.config.custom_route import CustomRoute
from smartflo_contract.mock_server.config.dialling_model import DiallingModel, load_model
from smartflo_contract.mock_server.config.login import Login
from smartflo_contract.mock_server.config.tables import TABLES, convert_tables
from smartflo_contract.mock_server.config.toml_file import read_settings
from smartflo_contract.mock_server.config.validation import validate_config
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.rules import Fault
from smartflo_contract.mock_server.http.origins import normalize_origin


@dataclass(frozen=True)
class Config:
    """The configuration of a fake. The names are those of the command's options and of the configuration file.

    Lists, logins, faults, routes and webhooks may be mappings as well, like the tables in a file.

    Attributes:
        host: address to listen on.
        port: port of ``serve``; 0 selects a free one.
        workers: number of worker processes of ``serve``.
        seed: the same seed generates the same leads.
        profile: ``sample``, ``documented`` or ``lenient``.
        overlay: a partial lead schema, as a path or a mapping.
        cors: origins of web pages that may send requests and read the responses, such as ``http://localhost:3000``.
        auth: ``on`` to require an Authorization header, ``off`` to accept requests without one.
        phones: ``safe`` for numbers that cannot ring, ``valid`` for numbers that may belong to somebody.
        lists: lead lists in addition to the default lists; a list with the id of a default list replaces it.
        quirks: quirk name to value, for the quirks that differ from their default.
        logins: the only accepted logins; empty to accept any password except ``wrong``.
        faults: fault rules; each account counts its own requests.
        routes: routes of your own, for what the fake does not simulate.
        dialling: outcomes of the calls of broadcasts, as the path of a TOML file or a mapping.
        rate_limit: maximum number of requests per second of each account, all routes together; ``None`` for no limit.
        webhooks: webhooks that are sent when the clock of an account passes their events.
        webhook_hosts: hosts of receivers besides this machine, each by name.
        speed: how many times as fast as the wall clock the time of accounts with calls runs, under ``serve`` only;
            ``None`` to let dial time stand until the clock is advanced.
        read_only: store nothing that clients do, as several workers require.
        store: URL of the database that several workers and machines share, ``sqlite:///PATH`` or ``postgresql://…``;
            ``None`` to store accounts in the memory of this process.
        max_accounts: maximum number of stored accounts; beyond it, the least recently used account is forgotten.
        journal_requests: maximum number of requests in the journal; 0 for no journal.
        journal_bytes: maximum size of the journal in bytes.
        verbose: print one line for each request on standard error, without secrets.
        admin_token: token that requests to ``/__admin`` must send; required unless the fake listens on loopback.
            Blanks and line breaks around it are removed.

    Raises:
        ConfigError: a setting is invalid; the message names it.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    seed: int = 0
    profile: str = "sample"
    overlay: str | os.PathLike[str] | Mapping[str, Any] | None = None
    cors: Sequence[str] = ()
    auth: Literal["on", "off"] = "on"
    phones: Literal["safe", "valid"] = "safe"
    lists: Sequence[ListDefinition] = ()
    quirks: Mapping[str, Any] = field(default_factory=dict)
    logins: Sequence[Login] = ()
    faults: Sequence[Fault] = ()
    routes: Sequence[CustomRoute] = ()
    webhooks: Sequence[Webhook] = ()
    webhook_hosts: Sequence[str] = ()
    dialling: str | os.PathLike[str] | Mapping[str, Any] | DiallingModel | None = None
    rate_limit: int | None = None
    speed: int | None = None
    read_only: bool = False
    store: str | None = field(default=None, repr=False)  # it may contain a password
    max_accounts: int = 10_000
    journal_requests: int = 10_000
    journal_bytes: int = 16 * 1024 * 1024
    verbose: bool = False
    admin_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Convert tables and validate all settings."""
        if isinstance(self.admin_token, str):  # secrets of CI end in a line break, and HTTP strips blanks of headers
            object.__setattr__(self, "admin_token", self.admin_token.strip())
        for setting in TABLES:
            object.__setattr__(self, setting, convert_tables(setting, getattr(self, setting)))
        if isinstance(self.cors, list | tuple):  # otherwise the validation rejects it
            object.__setattr__(self, "cors", tuple(map(normalize_origin, self.cors)))
        if isinstance(self.webhook_hosts, list):
            object.__setattr__(self, "webhook_hosts", tuple(self.webhook_hosts))
        validate_config({setting: getattr(self, setting) for setting in _SETTINGS})
        object.__setattr__(self, "overlay", deepcopy(self.overlay))
        if self.dialling is not None:
            object.__setattr__(self, "dialling", load_model(self.dialling))
        object.__setattr__(self, "quirks", {name: str(value) for name, value in self.quirks.items()})

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **overrides: Any) -> "Config":
        """Return the configuration in a TOML file. Relative paths in it start from the folder of the file.

        Args:
            path: the file.
            overrides: settings that replace those of the file; quirks are merged one by one.

        Raises:
            ConfigError: the file cannot be read, or a setting is invalid.
        """
        file = Path(path)
        try:
            settings = read_settings(file, _SETTINGS)
            quirks = settings.get("quirks", {})
            if isinstance(quirks, Mapping):  # otherwise the validation rejects it
                overrides["quirks"] = {**quirks, **overrides.get("quirks", {})}
            return cls(**settings | overrides)
        except ConfigError as error:
            message = f"config {file}: {error}"
            raise ConfigError(message) from None


_SETTINGS: Final = tuple(field.name for field in fields(Config))


def ensure_config(config: object) -> Config:
    """Return ``config`` if it is a configuration, and the default configuration for ``None``.

    Raises:
        TypeError: ``config`` has another type; the message shows how to create a configuration.
    """
    if config is None:
        return Config()
    if isinstance(config, Config):
        return config
    is_path = isinstance(config, str | os.PathLike)
    hint = f"Config.from_file({str(config)!r})" if is_path else "Config(...) with a keyword for each setting"
    message = f"expected a Config, got {type(config).__name__}; use {hint}"
    raise TypeError(message)
