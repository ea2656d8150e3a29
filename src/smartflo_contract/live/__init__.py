"""The real Smartflo: how it is reached, and reached for reading alone; and what its responses are checked for."""

from smartflo_contract.live._check import check
from smartflo_contract.live._errors import BaselineError, LiveError, NotSentError
from smartflo_contract.live._report import Report, Source

__all__ = ["BaselineError", "LiveError", "NotSentError", "Report", "Source", "check"]
