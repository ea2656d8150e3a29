"""The assertion for tests: a response body satisfies the contract."""

from collections.abc import Sequence
from typing import Any, Final

from smartflo_contract.schemas.contract import load_contract
from smartflo_contract.schemas.findings import NOT_NEEDED, SEVERITIES, Finding, Severity, cited
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.overlay import OverlaySource

_MAX_FINDINGS: Final = 20


def assert_leads(
    body: Any, *, profile: str = "lenient", overlay: OverlaySource | None = None, fail_on: Severity = "break"
) -> None:
    """Raise an error if a response body violates the contract.

    Args:
        body: an array of leads, decoded or as JSON in a string or in bytes.
        profile: ``sample``, ``documented``, or ``lenient``, which accepts both readings.
        overlay: a partial lead schema, as a mapping or the path of a JSON file.
        fail_on: the minimum severity that fails: ``break``, ``surprise``, ``doc-only`` or ``info``.

    Raises:
        AssertionError: the body violates the contract. The message lists, for each finding, the position, what the
            contract requires, what the body has (masked), and the evidence.
        ContractError: the profile is unknown or the overlay is invalid.
        ValueError: the severity is unknown.
    """
    __tracebackhide__ = True
    names = [severity for severity in SEVERITIES if severity != NOT_NEEDED]
    if fail_on not in names:
        message = f"fail_on: expected one of {', '.join(names)}, got {fail_on!r}"
        raise ValueError(message)
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    findings = [finding for finding in load_contract(profile, overlay).check(body) if finding.severity in failing]
    if findings:
        raise AssertionError(_failure_message(findings, profile))


def _failure_message(findings: Sequence[Finding], profile: str) -> str:
    lines = [f"response violates the contract (profile {profile}), {format_count(len(findings), 'finding')}:"]
    for finding in findings[:_MAX_FINDINGS]:
        first = "" if finding.first is None else f", first in lead {finding.first}"
        times = "" if finding.count == 1 else f", {finding.count:,} times"
        lines += [
            f"{finding.pointer or 'body'}: {finding.rule} ({finding.severity}{times}{first})",
            f"    expected: {finding.expected}",
            f"    got:      {finding.got}",
            f"    evidence: {cited(finding.evidence)}",
        ]
    if len(findings) > _MAX_FINDINGS:
        lines.append(f"and {len(findings) - _MAX_FINDINGS} more")
    return "\n".join(lines)
