"""The real Smartflo: a read-only client, and tools that check, compare and record its responses."""

import typing

from smartflo_contract.live.checking.check import check
from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.comparing.diff import diff
from smartflo_contract.live.errors import BaselineError, LiveError, NotSentError, RecordError, SourceChoiceError
from smartflo_contract.live.report import Report, Source

if typing.TYPE_CHECKING:
    from smartflo_contract.live.recording.record import Recorded, record

__all__ = [
    "BaselineError",
    "Credentials",
    "LiveError",
    "NotSentError",
    "RecordError",
    "Recorded",
    "Report",
    "Source",
    "SourceChoiceError",
    "check",
    "diff",
    "record",
]


def __getattr__(name: str) -> typing.Any:
    """Import recording on first use, because its dependencies take long to import."""
    if name in {"Recorded", "record"}:
        from smartflo_contract.live.recording import record as module  # noqa: PLC0415

        return getattr(module, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
