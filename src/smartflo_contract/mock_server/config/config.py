"""The configuration of a fake: one frozen value, made in Python or read from a TOML file."""

import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from smartflo_contract.factories import DefinitionError, ListDefinition
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.config.validation import validate_config
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.rules import SETTING_NAMES, Fault
from smartflo_contract.schemas.errors import nearest

_FILE: Final = "leads_file"
_INTEGERS: Final = ("dial_status", "disposition")
_INTEGER: Final = re.compile(r"-?[0-9]{1,16}")


@dataclass(frozen=True)
class Login:
    """A login that the fake takes.

    Attributes:
        email: the login id; it need not be an e-mail.
        password: not shown.
    """

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Config:
    """What a fake is made of; the names are those of the flags and of the configuration file.

    Lists, logins and faults may be given as mappings too, as the tables of the file are.

    Attributes:
        host: address to listen on.
        port: port of ``serve``; 0 takes a free one.
        workers: worker processes of ``serve``; all answer alike.
        seed: same seed, same leads.
        profile: ``sample``, ``documented`` or ``lenient``.
        overlay: a partial lead schema, as a path or a mapping.
        auth: ``on`` where requests need an Authorization header, ``off`` where they do not.
        phones: ``safe`` for numbers that cannot ring, ``valid`` for numbers that may be somebody's.
        lists: lead lists besides those of the default catalog; the same id replaces.
        quirks: name to value, of those that are not to have their default.
        logins: the only logins that are taken; where there are none, any password but ``wrong`` is.
        faults: which answers go wrong, and how; every account counts for itself.
        read_only: remember nothing of what clients do, as several workers must.
        max_accounts: accounts of which something is remembered; beyond, the one used least recently is forgotten.
        journal_requests: how many requests the journal keeps; 0 keeps none.
        journal_bytes: bytes of all that it keeps.
        admin_token: what requests to ``/__admin`` must send; needed where the fake does not listen on loopback.

    Raises:
        ConfigError: a setting cannot be used.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    seed: int = 0
    profile: str = "sample"
    overlay: str | os.PathLike[str] | Mapping[str, Any] | None = None
    auth: Literal["on", "off"] = "on"
    phones: Literal["safe", "valid"] = "safe"
    lists: Sequence[ListDefinition] = ()
    quirks: Mapping[str, Any] = field(default_factory=dict)
    logins: Sequence[Login] = ()
    faults: Sequence[Fault] = ()
    read_only: bool = False
    max_accounts: int = 10_000
    journal_requests: int = 10_000
    journal_bytes: int = 16 * 1024 * 1024
    admin_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Make tables what they stand for, and refuse what the fake cannot work with."""
        for name, (kind, make) in _TABLES.items():
            object.__setattr__(self, name, _each(name, getattr(self, name), kind, make))
        validate_config({field.name: getattr(self, field.name) for field in fields(self)})
        object.__setattr__(self, "overlay", deepcopy(self.overlay))
        object.__setattr__(self, "quirks", {name: str(value) for name, value in self.quirks.items()})

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **instead: Any) -> "Config":
        """Return the configuration in a TOML file; a relative ``overlay`` starts from the file's folder.

        Args:
            path: the file.
            instead: settings that win over those of the file; of quirks, each for itself.

        Raises:
            ConfigError: the file cannot be read, or a setting in it cannot be used.
        """
        file = Path(path)
        try:
            settings = _settings(_read(file), file.parent)
            quirks = settings.get("quirks", {})
            if isinstance(quirks, Mapping):  # else the checks refuse it
                instead["quirks"] = {**quirks, **instead.get("quirks", {})}
            return cls(**settings | instead)
        except ConfigError as error:
            message = f"config {file}: {error}"
            raise ConfigError(message) from None


def ensure_config(given: object) -> Config:
    """Return a configuration that was given, the usual one for ``None``.

    Raises:
        TypeError: it is none; the message says how to make one.
    """
    if given is None:
        return Config()
    if isinstance(given, Config):
        return given
    is_path = isinstance(given, str | os.PathLike)
    way = f"Config.from_file({str(given)!r})" if is_path else "Config(...), with a keyword for each setting"
    message = f"expected a Config, got {type(given).__name__}; use {way}"
    raise TypeError(message)


_NAMES: Final = [one.name for one in fields(Config)]
_LIST_NAMES: Final = [*(one.name for one in fields(ListDefinition)), _FILE]
_LOGIN_NAMES: Final = [one.name for one in fields(Login)]


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        message = f"not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}"
    except ValueError as error:  # TOMLDecodeError, or an integer of more digits than Python reads
        message = f"not TOML: {error}"
    except RecursionError:
        message = "not TOML: nested too deeply"
    raise ConfigError(message)


def _settings(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    _refuse_unknown(content, _NAMES, "")
    settings = dict(content)
    if isinstance(settings.get("overlay"), str):
        settings["overlay"] = folder / settings["overlay"]
    if isinstance(settings.get("lists"), list):
        settings["lists"] = [_placed(one, folder) for one in settings["lists"]]
    return settings


def _placed(table: object, folder: Path) -> object:
    """Return the table of a list with its file in a folder."""
    file = table.get(_FILE) if isinstance(table, dict) else None
    return {**table, _FILE: folder / file} if isinstance(table, dict) and isinstance(file, str) else table


def _each(name: str, given: object, kind: type, make: Callable[[Mapping[str, Any], str], object]) -> object:
    """Return a list as a tuple, with tables made what they stand for; what is no list the checks refuse."""
    if isinstance(given, Mapping):
        message = f"{name}: expected a list; in a file write [[{name}]] above each of its tables, not [{name}]"
        raise ConfigError(message)
    if not isinstance(given, list | tuple):
        return given
    made: list[object] = []
    for number, one in enumerate(given):
        place = f"{name}[{number}]"
        if not isinstance(one, kind | Mapping):
            got = type(one).__name__
            message = f"{place}: expected a table, written as [[{name}]] in a file, or a {kind.__name__}, got {got}"
            raise ConfigError(message)
        made.append(make(one, place) if isinstance(one, Mapping) else one)
    return tuple(made)


def _fault(table: Mapping[str, Any], place: str) -> Fault:
    _refuse_unknown(table, SETTING_NAMES, f"{place}.")
    try:
        return Fault(**{"steps": None, **table})
    except ConfigError as error:
        message = f"{place}.{error}"
        raise ConfigError(message) from None


def _login(table: Mapping[str, Any], place: str) -> Login:
    _refuse_unknown(table, _LOGIN_NAMES, f"{place}.")
    missing = next((name for name in _LOGIN_NAMES if name not in table), None)
    if missing is not None:
        message = f"{place}.{missing}: missing; every login needs one"
        raise ConfigError(message)
    return Login(**table)


def _list(table: Mapping[str, Any], place: str) -> ListDefinition:
    _refuse_unknown(table, _LIST_NAMES, f"{place}.")
    settings = dict(table)
    file = settings.pop(_FILE, None)
    if file is None and "id" not in table:
        message = f"{place}.id: missing; every list needs one"
        raise ConfigError(message)
    for name in _INTEGERS:
        if isinstance(settings.get(name), dict):
            settings[name] = {_integer(key): weight for key, weight in settings[name].items()}
    try:
        return ListDefinition(**settings) if file is None else _fixture(file, settings)
    except (ConfigError, DefinitionError) as error:
        message = f"{place}.{error}"
        raise ConfigError(message) from None


def _fixture(file: object, settings: Mapping[str, Any]) -> FixtureList:
    if "size" in settings:
        message = f"size: leave it out: the list has the leads of {_FILE}"
        raise ConfigError(message)
    if not isinstance(file, str | os.PathLike) or "\0" in os.fspath(file):
        message = f"{_FILE}: expected the path of a JSON file"
        raise ConfigError(message)
    try:
        return FixtureList.from_file(file, **settings)
    except ConfigError as error:
        message = f"{_FILE}: {error}"
        raise ConfigError(message) from None


_TABLES: Final[Mapping[str, tuple[type, Callable[[Mapping[str, Any], str], object]]]] = {
    "lists": (ListDefinition, _list),
    "logins": (Login, _login),
    "faults": (Fault, _fault),
}
"""Settings that are lists: what they hold, and what makes that of a table."""


def _integer(key: str) -> int | str:
    """Return the integer that a table's key stands for, the key itself where it is none: the checks refuse it."""
    return int(key) if _INTEGER.fullmatch(key) else key


def _refuse_unknown(table: Mapping[str, Any], known: Collection[str], place: str) -> None:
    unknown = next((key for key in table if key not in known), None)
    if unknown is not None:
        hint = nearest(str(unknown), known) or f" There are {', '.join(known)}."
        message = f"{place}{unknown}: unknown setting.{hint}"
        raise ConfigError(message)
