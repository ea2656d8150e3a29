"""The dialling model: one table with the outcomes of a call to a lead. A TOML file replaces it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from smartflo_contract.mock_server.config._toml import read_toml
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.schemas.errors import nearest

ANSWERED_STATUSES: Final = frozenset({2, 3})
"""Values of ``dial_status`` for answered calls: Message Played and DTMF Pressed."""
_CALLED_STATUSES: Final = frozenset({2, 3, 4, 6, 7, 8})
"""Values of ``dial_status`` that a call may end with. DND needs no call, and New is before the first one."""
_MAX_SLOT_SECONDS: Final = 86_400
_MAX_WEIGHT: Final = 1_000_000_000
_MAX_DISPOSITION: Final = 2**53 - 1
_NO_NAMES: Final = frozenset({0, -1})
"""Dispositions that the model sets itself: New and Undisposed."""
_HOUR: Final = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_MINUTE_MS: Final = 60_000


class Disposition(NamedTuple):
    """A disposition of a call.

    Attributes:
        id: ``dialer_dial_status``.
        name: its name.
        weight: relative frequency.
    """

    id: int
    name: str
    weight: float


class Outcome(NamedTuple):
    """An outcome of a call. Durations are a minimum and a maximum in ms.

    Attributes:
        name: name of the dial status.
        dial_status: ``dial_status`` of the lead after the call.
        weight: relative frequency.
        ring_ms: time until the call is answered, or ends without an answer.
        talk_ms: time from the answer to the end; zeros for a call that is not answered.
        wrap_up_ms: time from the end of an answered call to its disposition.
        hangup_cause: why the call ended.
        dispositions: dispositions after the call.
    """

    name: str
    dial_status: int
    weight: float
    ring_ms: tuple[int, int]
    talk_ms: tuple[int, int]
    wrap_up_ms: tuple[int, int]
    hangup_cause: str
    dispositions: tuple[Disposition, ...]

    @property
    def is_answered(self) -> bool:
        """Whether the lead answers the call."""
        return self.dial_status in ANSWERED_STATUSES

    @property
    def max_ms(self) -> int:
        """Maximum time from the start of a call to its disposition."""
        return self.ring_ms[1] + self.talk_ms[1] + self.wrap_up_ms[1]


@dataclass(frozen=True)
class DiallingModel:
    """The dialling model.

    Attributes:
        slot_ms: length of a slot of a broadcast, in which each channel makes one call.
        undisposed_share: share of the answered calls that are never disposed.
        public_dnd_share: share of the numbers on the public DND list.
        block_list_share: share of the numbers on the block list of the account.
        opens_ms: start of the daily hours of a time group, in ms since midnight in India.
        closes_ms: their end.
        outcomes: the possible outcomes of a call.
    """

    slot_ms: int
    undisposed_share: float
    public_dnd_share: float
    block_list_share: float
    opens_ms: int
    closes_ms: int
    outcomes: tuple[Outcome, ...]


@cache
def default_model() -> DiallingModel:
    """Return the dialling model of this package."""
    import tomllib  # noqa: PLC0415 - slow to import, and only needed once a broadcast starts

    return parse_model(tomllib.loads(files(__package__).joinpath("dialling.toml").read_text("utf-8")))


def load_model(source: object) -> DiallingModel:
    """Return a dialling model.

    Args:
        source: path of a TOML file, a mapping with its content, a model, or ``None`` for the default one.

    Raises:
        ConfigError: the file cannot be read, or the table is invalid; the message names the setting.
    """
    if source is None:
        return default_model()
    if isinstance(source, DiallingModel):
        return source
    if isinstance(source, Mapping):
        return _parse(source, "dialling")
    if isinstance(source, str | os.PathLike) and "\0" not in os.fspath(source):
        return _parse(_read(Path(source)), f"dialling {os.fspath(source)}")
    message = "dialling: expected the path of a TOML file, or a table"
    raise ConfigError(message)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        return read_toml(file)
    except ConfigError as error:
        message = f"dialling {file}: {error}"
        raise ConfigError(message) from None


def _parse(table: Mapping[str, Any], position: str) -> DiallingModel:
    try:
        return parse_model(table)
    except ConfigError as error:
        message = f"{position}: {error}"
        raise ConfigError(message) from None


def parse_model(table: Mapping[str, Any]) -> DiallingModel:
    """Return the model in a table, which may leave out settings that stay as they are.

    Raises:
        ConfigError: a setting is unknown or invalid; the message names it.
    """
    _check_names(table, _SETTINGS, "")
    default = None if {"slot_seconds", "outcomes"} <= table.keys() else default_model()
    hours = _hours(table.get("time_group"), default)
    slot_ms = _slot_ms(table["slot_seconds"]) if default is None or "slot_seconds" in table else default.slot_ms
    outcomes = _outcomes(table["outcomes"]) if default is None or "outcomes" in table else default.outcomes
    shares = {name: _share(table, name, default) for name in _SHARES}
    if shares["public_dnd_share"] + shares["block_list_share"] > 1:
        message = "public_dnd_share and block_list_share: expected at most 1 together, because a number is on one list"
        raise ConfigError(message)
    for outcome in outcomes:
        if outcome.max_ms >= slot_ms:
            message = (
                f"outcomes: `{outcome.name}` takes up to {outcome.max_ms / 1_000:g} s (ring, talk and wrap-up), but a "
                f"call must fit in a slot; raise slot_seconds, which is {slot_ms / 1_000:g}, above that"
            )
            raise ConfigError(message)
    return DiallingModel(slot_ms, **shares, opens_ms=hours[0], closes_ms=hours[1], outcomes=outcomes)


def _check_names(table: Mapping[str, Any], known: tuple[str, ...], position: str) -> None:
    unknown = next((name for name in table if name not in known), None)
    if unknown is not None:
        hint = nearest(str(unknown), known) or f" Choose from {', '.join(known)}."
        message = f"{position}{unknown}: unknown setting.{hint}"
        raise ConfigError(message)


def _is_number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _slot_ms(value: object) -> int:
    if not isinstance(value, int | float) or not _is_number(value, 1, _MAX_SLOT_SECONDS):
        message = f"slot_seconds: expected a number from 1 to {_MAX_SLOT_SECONDS}, got {value!r}"
        raise ConfigError(message)
    return round(value * 1_000)


def _share(table: Mapping[str, Any], name: str, default: DiallingModel | None) -> float:
    if name not in table and default is not None:
        return float(getattr(default, name))
    value = table.get(name, 0)
    if not _is_number(value, 0, 1):
        message = f"{name}: expected a number from 0 to 1, got {value!r}"
        raise ConfigError(message)
    return float(value)


def _hours(value: object, default: DiallingModel | None) -> tuple[int, int]:
    """Return the daily hours of a time group, in ms since midnight."""
    if value is None:
        return (0, 24 * 60 * _MINUTE_MS) if default is None else (default.opens_ms, default.closes_ms)
    if not isinstance(value, Mapping):
        message = "time_group: expected a table with opens and closes"
        raise ConfigError(message)
    _check_names(value, ("opens", "closes"), "time_group.")
    opens, closes = (_hour(value, name) for name in ("opens", "closes"))
    if opens >= closes:
        message = "time_group.closes: expected a time after opens"
        raise ConfigError(message)
    return opens, closes


def _hour(table: Mapping[str, Any], name: str) -> int:
    value = table.get(name)
    if not isinstance(value, str) or _HOUR.fullmatch(value) is None:
        message = f"time_group.{name}: expected a time from 00:00 to 24:00, such as '09:30', got {value!r}"
        raise ConfigError(message)
    hour, minute = map(int, value.split(":"))
    return (hour * 60 + minute) * _MINUTE_MS


def _outcomes(value: object) -> tuple[Outcome, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
        message = "outcomes: expected tables, written as [[outcomes]] in a file"
        raise ConfigError(message)
    outcomes = tuple(_outcome(item, f"outcomes[{number}].") for number, item in enumerate(value))
    _check_weights(outcomes, "outcomes")
    statuses = [outcome.dial_status for outcome in outcomes]
    twice = next((status for status in statuses if statuses.count(status) > 1), None)
    if twice is not None:
        message = f"outcomes: the dial_status {twice} has several tables; keep one"
        raise ConfigError(message)
    return outcomes


def _outcome(table: Mapping[str, Any], position: str) -> Outcome:
    _check_names(table, _OUTCOME_SETTINGS, position)
    status = table.get("dial_status")
    if isinstance(status, bool) or status not in _CALLED_STATUSES:
        expected = ", ".join(map(str, sorted(_CALLED_STATUSES)))
        message = f"{position}dial_status: expected the status of a call, one of {expected}, got {status!r}"
        raise ConfigError(message)
    is_answered = status in ANSWERED_STATUSES
    for name in ("talk_seconds", "wrap_up_seconds"):
        if name in table and not is_answered:
            message = f"{position}{name}: remove it; a call with the dial_status {status} is not answered"
            raise ConfigError(message)
    ring_ms = _seconds(table, "ring_seconds", position)
    if not ring_ms[0]:  # else events at the instant of a start would be before the first advance
        message = f"{position}ring_seconds: expected a minimum above 0, such as 0.1: a call starts with ringing"
        raise ConfigError(message)
    return Outcome(
        name=_string(table, "name", position),
        dial_status=int(status),
        weight=_weight(table, position),
        ring_ms=ring_ms,
        talk_ms=_seconds(table, "talk_seconds", position) if is_answered else (0, 0),
        wrap_up_ms=_seconds(table, "wrap_up_seconds", position) if is_answered else (0, 0),
        hangup_cause=_string(table, "hangup_cause", position),
        dispositions=_dispositions(table.get("dispositions"), f"{position}dispositions"),
    )


def _dispositions(value: object, position: str) -> tuple[Disposition, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
        message = f"{position}: expected tables, such as [{{ id = 11, name = 'Interested', weight = 1 }}]"
        raise ConfigError(message)
    dispositions = []
    for number, item in enumerate(value):
        item_position = f"{position}[{number}]."
        _check_names(item, Disposition._fields, item_position)
        disposition = item.get("id")
        is_id = isinstance(disposition, int) and not isinstance(disposition, bool)
        if not is_id or abs(disposition) > _MAX_DISPOSITION or disposition in _NO_NAMES:
            message = f"{item_position}id: expected an integer other than 0 (New) and -1 (Undisposed)"
            raise ConfigError(message)
        dispositions.append(
            Disposition(disposition, _string(item, "name", item_position), _weight(item, item_position))
        )
    _check_weights(dispositions, position)
    return tuple(dispositions)


def _string(table: Mapping[str, Any], name: str, position: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        message = f"{position}{name}: expected a string, got {value!r}"
        raise ConfigError(message)
    return value


def _weight(table: Mapping[str, Any], position: str) -> float:
    value = table.get("weight", 1)
    if not _is_number(value, 0, _MAX_WEIGHT):
        message = f"{position}weight: expected a number from 0 to {_MAX_WEIGHT}, got {value!r}"
        raise ConfigError(message)
    return float(value)


def _check_weights(options: "tuple[Outcome, ...] | list[Disposition]", position: str) -> None:
    if not any(option.weight for option in options):
        fix = "all weights are 0; give at least one a weight above 0" if options else "expected at least one, got none"
        message = f"{position}: {fix}"
        raise ConfigError(message)


def _seconds(table: Mapping[str, Any], name: str, position: str) -> tuple[int, int]:
    """Return a duration as a minimum and a maximum in ms."""
    value = table.get(name)
    is_pair = isinstance(value, list | tuple) and all(_is_number(item, 0, _MAX_SLOT_SECONDS) for item in value)
    if not isinstance(value, list | tuple) or not is_pair or len(value) != len(("minimum", "maximum")):
        message = f"{position}{name}: expected a minimum and a maximum in seconds, such as [4, 24], got {value!r}"
        raise ConfigError(message)
    low, high = round(value[0] * 1_000), round(value[1] * 1_000)
    if low > high:
        message = f"{position}{name}: the minimum {value[0]} is above the maximum {value[1]}; swap them"
        raise ConfigError(message)
    return low, high


_SHARES: Final = ("undisposed_share", "public_dnd_share", "block_list_share")
_SETTINGS: Final = ("slot_seconds", *_SHARES, "time_group", "outcomes")
_OUTCOME_SETTINGS: Final = (
    "name",
    "dial_status",
    "weight",
    "ring_seconds",
    "talk_seconds",
    "wrap_up_seconds",
    "hangup_cause",
    "dispositions",
)
