"""The assertion of tests: a body is a list of leads as the contract has it."""

from collections.abc import Sequence
from typing import Any, Final

from smartflo_contract.schemas.contract import load_contract
from smartflo_contract.schemas.findings import SEVERITIES, Finding, Severity, cited
from smartflo_contract.schemas.overlay import OverlaySource

_MOST_SHOWN: Final = 20


def assert_leads(
    body: Any, *, profile: str = "lenient", overlay: OverlaySource | None = None, fail_on: Severity = "break"
) -> None:
    """Fail where a body is no list of leads that the contract allows.

    Args:
        body: an array of leads, or its JSON as text or bytes.
        profile: ``sample``, ``documented`` or ``lenient``, which takes both readings.
        overlay: a partial lead schema, as a mapping or a path.
        fail_on: the least severity that fails: ``break``, ``surprise``, ``doc-only`` or ``info``.

    Raises:
        AssertionError: it is not; the message says of each finding where, what was expected, what came (masked), and on
            whose word.
        ContractError: the profile or the overlay cannot be used.
        ValueError: there is no such severity.
    """
    __tracebackhide__ = True
    if fail_on not in SEVERITIES:
        message = f"fail_on: expected one of {', '.join(SEVERITIES)}, got {fail_on!r}"
        raise ValueError(message)
    severe = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    findings = [one for one in load_contract(profile, overlay).check(body) if one.severity in severe]
    if findings:
        raise AssertionError(_told(findings, profile))


def _told(findings: Sequence[Finding], profile: str) -> str:
    lines = [f"the body is not as the contract has it (profile {profile}), {len(findings)} findings:"]
    for one in findings[:_MOST_SHOWN]:
        where = "" if one.first is None else f", first in lead {one.first}"
        times = "" if one.count == 1 else f", {one.count:,} times"
        lines += [
            f"{one.pointer or 'body'}: {one.rule} ({one.severity}{times}{where})",
            f"    expected: {one.expected}",
            f"    got:      {one.got}",
            f"    evidence: {cited(one.evidence)}",
        ]
    if len(findings) > _MOST_SHOWN:
        lines.append(f"and {len(findings) - _MOST_SHOWN} more")
    return "\n".join(lines)
