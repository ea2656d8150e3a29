"""The real Smartflo: how it is reached, and reached for reading alone; and what its responses are checked for."""

import typing

from smartflo_contract.live._errors import BaselineError, LiveError, NotSentError, RecordError
from smartflo_contract.live._report import Report, Source
from smartflo_contract.live.api._access import Credentials
from smartflo_contract.live.checking._check import check
from smartflo_contract.live.comparing._diff import diff

if typing.TYPE_CHECKING:
    from smartflo_contract.live.recording._recording import Recorded, record

__all__ = [
    "BaselineError",
    "Credentials",
    "LiveError",
    "NotSentError",
    "RecordError",
    "Recorded",
    "Report",
    "Source",
    "check",
    "diff",
    "record",
]


def __getattr__(name: str) -> typing.Any:
    """Import what makes pseudonyms when it is asked for."""
    if name in {"Recorded", "record"}:
        from smartflo_contract.live.recording import _recording  # noqa: PLC0415

        return getattr(_recording, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
