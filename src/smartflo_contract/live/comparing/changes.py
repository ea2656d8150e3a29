"""Changes from one response to another, as findings."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from smartflo_contract.live.checking.masking import KeyNames
from smartflo_contract.live.comparing._change_findings import change_finding, with_earlier_state
from smartflo_contract.live.comparing._shape_changes import column_changes, key_and_type_changes, known_value_changes
from smartflo_contract.live.comparing.rates import is_relevant_change, may_be_chance
from smartflo_contract.live.comparing.response_shape import Occurrences, ResponseShape, ShapePath
from smartflo_contract.live.report import Agreement, Report
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.findings import SEVERITIES
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.json_pointer import parse_pointer
from smartflo_contract.schemas.profile_names import READINGS


class CheckedResponse(NamedTuple):
    """One of the responses of a comparison: its report and its shape."""

    report: Report
    shape: ResponseShape


def find_changes(before: CheckedResponse, after: CheckedResponse, names: KeyNames) -> Iterator[Finding]:
    """Yield the changes from one response to another, and new violations of the contract.

    A key that violates the contract in the later response has that finding instead of its change; the finding states
    how the key was before.

    Args:
        before: the earlier response.
        after: the later response.
        names: names of keys in both reports.
    """
    new_findings = list(_new_findings(before.report, after.report))
    if not after.shape.leads:
        empty = change_finding("no-leads", (), format_count(before.shape.leads, "lead"), "no leads", Occurrences(1))
        yield from new_findings or [empty]
        return
    rank_at = {finding.pointer: finding.rank for finding in sorted(new_findings, key=attrgetter("rank"), reverse=True)}
    earlier_state: dict[str, str] = {}
    for change in names.mask(_changes_of_keys(before, after)):
        if rank_at.get(change.pointer, len(SEVERITIES)) < change.rank:
            earlier_state[change.pointer] = change.expected
        else:
            yield change
    for finding in new_findings:
        state = earlier_state.get(finding.pointer)
        yield finding if state is None else with_earlier_state(finding, state)
    yield from known_value_changes(before.shape, after.shape)
    yield from _gone_findings(before.report, after)


def _changes_of_keys(before: CheckedResponse, after: CheckedResponse) -> Iterator[Finding]:
    readings = _other_readings(before.report, after.report)
    yield from _reading_changes(readings)
    yield from key_and_type_changes(before.shape, after.shape, set(map(_path, readings)))
    yield from column_changes(before.shape, after.shape)


def _other_readings(before: Report, after: Report) -> Mapping[str, tuple[Agreement, Agreement]]:
    """Return by pointer the contradictions of which the later response follows a reading that the earlier does not."""
    earlier = {agreement.pointer: agreement for agreement in before.agreements}
    pairs = {later.pointer: (earlier[later.pointer], later) for later in after.agreements if later.pointer in earlier}
    return {
        pointer: (old, new)
        for pointer, (old, new) in pairs.items()
        if old.counts["neither"] < old.total
        and not new.counts["neither"]
        and any(new.counts[reading] and not old.counts[reading] for reading in READINGS)
    }


def _reading_changes(readings: Mapping[str, tuple[Agreement, Agreement]]) -> Iterator[Finding]:
    for old, new in readings.values():
        concerned = Occurrences(sum(count for reading, count in new.counts.items() if not old.counts[reading]))
        is_chance = may_be_chance(0, old.total, concerned.leads, new.total)
        change = change_finding(
            "other-reading", _path(new.pointer), old.summary, new.summary, concerned, is_chance=is_chance
        )
        yield replace(change, contradiction=new.contradiction)


def _new_findings(before: Report, after: Report) -> Iterator[Finding]:
    """Yield the findings of the later report that the earlier one does not have, or has less often."""
    counts = {finding.fingerprint: finding.count for finding in before.findings}
    for finding in after.findings:
        count = counts.get(finding.fingerprint, 0)
        if not count:
            yield finding
        elif (
            finding.first is not None
            and finding.count / after.leads > count / before.leads
            and is_relevant_change(count, before.leads, finding.count, after.leads)
        ):
            yield with_earlier_state(
                finding, f"{format_count(count, 'time')} in {format_count(before.leads, 'lead')}, as before"
            )


def _gone_findings(before: Report, after: CheckedResponse) -> Iterator[Finding]:
    """Yield a change for each pointer at which the earlier report has findings that the later one does not have."""
    remaining = {finding.fingerprint for finding in after.report.findings}
    by_pointer = attrgetter("pointer")
    gone = sorted((finding for finding in before.findings if finding.fingerprint not in remaining), key=by_pointer)
    for pointer, findings in groupby(gone, by_pointer):
        rules = ", ".join(sorted(finding.rule for finding in findings))
        change = change_finding("mended", (), rules, "no such finding", Occurrences(after.shape.leads, 0))
        yield replace(change, pointer=pointer)


def _path(pointer: str) -> ShapePath:
    """Return the path of a pointer to a key of every lead."""
    return tuple(parse_pointer(pointer)[1:])
