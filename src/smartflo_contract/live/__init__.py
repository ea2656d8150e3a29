"""The real Smartflo: how it is reached, and reached for reading alone; and what its responses are checked for."""

from smartflo_contract.live._access import Credentials
from smartflo_contract.live._check import check
from smartflo_contract.live._diff import diff
from smartflo_contract.live._errors import BaselineError, LiveError, NotSentError, RecordError
from smartflo_contract.live._recording import Recorded, record
from smartflo_contract.live._report import Report, Source

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
