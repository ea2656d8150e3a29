"""Parse the settings of a broadcast that a client sends. Clients omit most that the page marks as mandatory."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from smartflo_contract.mock_server.api.query_times import parse_query_time
from smartflo_contract.mock_server.api.transaction import InvalidValuesError
from smartflo_contract.mock_server.http.request_bodies import invalid_values
from smartflo_contract.schemas import load_contract

NEW: Final = 1
"""Value of ``dial_status`` for leads that were never dialled."""
DEFAULTS: Final[Mapping[str, Any]] = {
    "timeout": 40,
    "concurrent_limit": 10,
    "retry_after_minutes": [30],
    "caller_id_number": [],
    "number_of_retry": 0,
    "dialstatus": [NEW],
    "retry_dialstatus": [4, 6, 7, 8],
}
"""Settings of a broadcast that clients may omit. Assumed."""
_NUMBERS: Final = ("timeout", "concurrent_limit", "number_of_retry")
_NUMBER_LISTS: Final = ("retry_after_minutes", "dialstatus", "retry_dialstatus")
TIMES: Final = ("start_date_time", "end_date_time")
"""Settings that are times."""
_TEXTS: Final = ("name", "description", "destination")


def broadcast_settings(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings in the body of a request; those of a new broadcast have defaults.

    Args:
        content: the body, valid under the schema of the request.

    Raises:
        InvalidValuesError: a time is invalid, or the end is not after the start.
    """
    settings: dict[str, Any] = {} if "name" not in content or "phone_number_list" not in content else dict(DEFAULTS)
    settings |= {name: content[name] for name in _TEXTS if name in content}
    settings |= {name: int(content[name]) for name in _NUMBERS if name in content}
    settings |= {name: list(map(int, _items(content[name]))) for name in _NUMBER_LISTS if name in content}
    if "caller_id_number" in content:
        settings["caller_id_number"] = list(map(str, _items(content["caller_id_number"])))
    if "time_group" in content:
        group = content["time_group"]
        settings["time_group"] = None if group in {None, ""} else str(group)
    settings |= {name: content[name] for name in TIMES if content.get(name)}
    check_times(settings)
    return settings


def check_times(settings: Mapping[str, Any]) -> None:
    """Reject times that do not exist, or an end that is not after the start.

    Raises:
        InvalidValuesError: a time is invalid.
    """
    times = {name: parse_query_time(settings[name]) for name in TIMES if settings.get(name)}
    errors = invalid_values({name: time is not None for name, time in times.items()})
    if errors:
        raise InvalidValuesError(errors, "a date and time that exist, such as 2026-01-31 09:30:00")
    start, end = (times.get(name) for name in TIMES)
    if start is not None and end is not None and end <= start:
        raise InvalidValuesError({"end_date_time": "The end_date_time must be a date after start_date_time."})


def seconds_of(time: str | None) -> int | None:
    """Return a time of the settings in seconds since the epoch, ``None`` without one."""
    milliseconds = parse_query_time(time) if time else None
    return None if milliseconds is None else milliseconds // 1_000


def status_names(statuses: Sequence[int]) -> list[str]:
    """Return the names of dial statuses; the number of one that the contract does not name."""
    return [_status_names().get(status, str(status)) for status in statuses]


@cache
def _status_names() -> Mapping[int, str]:
    known = load_contract().schema_of("dial_status")["x-known-values"]
    return {entry["value"]: entry["label"] for entry in known if "value" in entry}


def _items(value: Any) -> list[Any]:
    """Return the items of an array; a single value is an array of one, and an empty string of none."""
    if isinstance(value, list):
        return value
    return [] if value == "" else [value]
