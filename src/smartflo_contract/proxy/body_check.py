"""The check of a lead list while it is passed on, and what it finds as a header and as one line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from smartflo_contract.live.checking.checker import Checker
from smartflo_contract.live.checking.masking import KeyNames
from smartflo_contract.live.parsing.item_splitter import MAX_ITEM_BYTES
from smartflo_contract.live.sources import OpenBody, SourceOpener, type_defects
from smartflo_contract.proxy.chunk_reader import ChunkReader
from smartflo_contract.schemas import Contract, Finding

FINDINGS_HEADER: Final = "X-Smartflo-Contract-Findings"
UNCHECKED: Final = "unchecked"
"""Value of the header: the contract states nothing about such a response."""
STREAMED: Final = "streamed"
"""Value of the header: the body is checked while it is passed on, and the findings are in the journal."""
_SEVERITIES: Final = ("break", "surprise", "doc-only")
_MAX_SHOWN: Final = 3


def check_in_thread(contract: Contract, content_type: str | None) -> ChunkReader[tuple[Finding, ...]]:
    """Return a reader that returns the findings about a lead list, worst first.

    Args:
        contract: the contract.
        content_type: header ``Content-Type`` of the response; ``None`` if absent.
    """

    def check(chunks: Iterator[bytes]) -> tuple[Finding, ...]:
        opener = SourceOpener(None, 0, 0)
        checker = Checker(contract, opener, KeyNames(contract), MAX_ITEM_BYTES, lambda _: None)
        checker.check_body(OpenBody("response", chunks, is_http_response=True, defects=type_defects(content_type)))
        return checker.report().findings

    return ChunkReader(check)


def findings_value(findings: Sequence[Finding]) -> str:
    """Return the number of findings by severity, as a dictionary of structured fields (RFC 9651)."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(f"{severity}={counts[severity]}" for severity in _SEVERITIES)


def describe(findings: Sequence[Finding]) -> str:
    """Return the worst findings as one line; empty if there are none besides notes."""
    shown = [finding for finding in findings if finding.severity in _SEVERITIES]
    more = f"; {len(shown) - _MAX_SHOWN} more" if len(shown) > _MAX_SHOWN else ""
    return "; ".join(map(str, shown[:_MAX_SHOWN])) + more
