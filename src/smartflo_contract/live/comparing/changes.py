"""What has changed from one response to another, as findings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from math import sqrt
from typing import Final, NamedTuple

from smartflo_contract.live.checking.masking import mask_findings
from smartflo_contract.live.comparing.shape import NULL, Path, Shape, Times
from smartflo_contract.live.report import Agreement, Report
from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.findings import SEVERITIES, Severity
from smartflo_contract.schemas.json_pointer import finding_pointer, parse_pointer
from smartflo_contract.schemas.profile_names import PROFILES, READINGS


class Rule(NamedTuple):
    """A rule of a comparison.

    Attributes:
        severity: of what breaks it, where that is no chance.
        claim: what it says of a response, compared with an earlier one.
    """

    severity: Severity
    claim: str


CHANGES: Final[Mapping[str, Rule]] = {
    "no-leads": Rule("break", "there are still leads"),
    "gone-key": Rule("surprise", "each key is still there"),
    "key-rate": Rule("surprise", "each key is in the same share of the leads"),
    "new-type": Rule("surprise", "each key has no other JSON type"),
    "null-rate": Rule("surprise", "each key is null in the same share of the leads"),
    "new-columns": Rule("surprise", "columns have the same names and order"),
    "other-reading": Rule("doc-only", "the same reading of each contradiction is followed"),
    "new-key": Rule("info", "there are no more keys"),
    "gone-type": Rule("info", "each key still has each of its JSON types"),
    "new-value": Rule("info", "there are no more known values"),
    "gone-value": Rule("info", "each known value is still there"),
    "mended": Rule("info", "what is wrong is what was wrong"),
}
"""The rules by name; what the contract has something worse against is told by its own rules instead."""
EVIDENCE: Final = {"observed": "the response that this one is compared with"}
_LEAST: Final = 0.05
"""The least change of a share that is told."""
_DEVIATIONS: Final = 4
"""Standard deviations, up to which a change of a share may be chance."""


class Side(NamedTuple):
    """One of the responses that are compared."""

    report: Report
    shape: Shape


def changes(before: Side, after: Side, contract: Contract) -> Iterator[Finding]:
    """Yield what has changed in shape, known values and shares of null, and what has come to break the contract.

    Where the contract has something worse against a key that has changed, that is told, and how it was before.
    """
    new = list(_new_findings(before, after))
    if not after.shape.leads:
        yield from new or [_change("no-leads", (), f"{before.shape.leads:,} leads", "none", Times(1))]
        return
    told: dict[str, str] = {}
    worst = {one.pointer: one.rank for one in sorted(new, key=lambda one: one.rank, reverse=True)}
    for change in mask_findings(
        [*_readings(before, after), *_shapes(before, after), *_columns(before, after)], contract
    ):
        if worst.get(change.pointer, len(SEVERITIES)) < change.rank:
            told[change.pointer] = change.expected
        else:
            yield change
    for one in new:
        yield _extended(one, told[one.pointer]) if one.pointer in told else one
    yield from _values(before.shape, after.shape)
    yield from _mended(before, after)


def _shapes(before: Side, after: Side) -> Iterator[Finding]:
    """Yield what has changed of keys and types; what is below a change is part of it."""
    old, new = before.shape, after.shape
    readings = {_path(one) for one in _other_readings(before, after)}
    changed: set[Path] = set()
    for path in sorted(old.present.keys() | new.present.keys()):
        if any(path[:size] in changed for size in range(1, len(path))):
            continue
        found = _presence(path, old, new) or (None if path in readings else _types(path, old, new))
        if found or path in readings:
            changed.add(path)
        if found:
            yield found


def _presence(path: Path, old: Shape, new: Shape) -> Finding | None:
    """Return that a key has come or gone, or is there less or more often."""
    was, now = old.present.get(path, Times()), new.present.get(path, Times())
    chance = False
    if not now.leads:
        rule, concerned, chance = "gone-key", Times(new.leads, 0), _may_be_chance(was.leads, old.leads, 0, new.leads)
    elif not was.leads:
        rule, concerned = "new-key", now
    elif _is_change(was.leads, old.leads, now.leads, new.leads):
        rule, concerned = "key-rate", now
    else:
        return None
    return _change(rule, path, _of(was.leads, old.leads), _of(now.leads, new.leads), concerned, chance=chance)


def _types(path: Path, old: Shape, new: Shape) -> Finding | None:
    """Return that types have come or gone, or that null is there less or more often."""
    was, now = old.types[path], new.types[path]
    come = [times for name, times in now.items() if name not in was]
    chance = False
    if come:
        rule, concerned = "new-type", _sum(come)
        chance = _may_be_chance(0, old.leads, concerned.leads, new.leads)
    elif was.keys() - now.keys():
        rule, concerned = "gone-type", new.present[path]
    elif NULL in now and _is_change(was[NULL].leads, old.leads, now[NULL].leads, new.leads):
        rule, concerned = "null-rate", now[NULL]
    else:
        return None
    return _change(rule, path, _shares(was, old.leads), _shares(now, new.leads), concerned, chance=chance)


def _columns(before: Side, after: Side) -> Iterator[Finding]:
    """Yield that columns have other names, or stand in another order."""
    old, new = before.shape.headers, after.shape.headers
    come = [times for header, times in new.items() if header not in old]
    if come and old and "/*/header" not in _other_readings(before, after):
        concerned = _sum(come)
        got = f"others, {_of(concerned.leads, after.shape.leads)}"
        chance = _may_be_chance(0, _sum(old.values()).leads, concerned.leads, _sum(new.values()).leads)
        yield _change("new-columns", ("header",), "columns of the same names and order", got, concerned, chance=chance)


def _values(old: Shape, new: Shape) -> Iterator[Finding]:
    """Yield which known values have come or gone."""
    for path in sorted(old.present.keys() & new.present.keys()):
        was, now = old.values.get(path, {}), new.values.get(path, {})
        come = {label: times for label, times in now.items() if label not in was}
        gone = {label: times for label, times in was.items() if label not in now}
        if come:
            yield _change("new-value", path, "none of these", _shares(come, new.leads), _sum(come.values()))
        if gone:
            yield _change("gone-value", path, _shares(gone, old.leads), "none of these", Times(new.leads, 0))


def _readings(before: Side, after: Side) -> Iterator[Finding]:
    """Yield which contradictions are followed in another way."""
    for was, now in _other_readings(before, after).values():
        concerned = Times(sum(count for which, count in now.counts.items() if not was.counts[which]))
        chance = _may_be_chance(0, was.total, concerned.leads, now.total)
        change = _change("other-reading", _path(now.pointer), was.summary, now.summary, concerned, chance=chance)
        yield replace(change, contradiction=now.contradiction)


def _other_readings(before: Side, after: Side) -> dict[str, tuple[Agreement, Agreement]]:
    """Return the contradictions of which a response follows a reading that the other one does not, by pointer."""
    old = {one.pointer: one for one in before.report.agreements}
    both = {now.pointer: (old[now.pointer], now) for now in after.report.agreements if now.pointer in old}
    return {
        where: (was, now)
        for where, (was, now) in both.items()
        if was.counts["neither"] < was.total
        and not now.counts["neither"]
        and any(now.counts[which] and not was.counts[which] for which in READINGS)
    }


def _new_findings(before: Side, after: Side) -> Iterator[Finding]:
    """Yield what the contract has against a response, and not against the other one, or less often."""
    counts = {one.fingerprint: one.count for one in before.report.findings}
    old, new = before.report.leads, after.report.leads
    for one in after.report.findings:
        was = counts.get(one.fingerprint, 0)
        if not was:
            yield one
        elif one.first is not None and one.count / new > was / old and _is_change(was, old, one.count, new):
            yield _extended(one, f"{was:,} times in {old:,} leads, as before")


def _mended(before: Side, after: Side) -> Iterator[Finding]:
    """Yield what the contract has against the other response alone."""
    now = {one.fingerprint for one in after.report.findings}
    gone = sorted((one for one in before.report.findings if one.fingerprint not in now), key=_pointer)
    for where, group in groupby(gone, _pointer):
        rules = ", ".join(sorted(one.rule for one in group))
        change = _change("mended", (), rules, "nothing of it", Times(after.shape.leads, 0))
        yield replace(change, pointer=where)


def _extended(finding: Finding, before: str) -> Finding:
    """Return a finding that also tells how it was before."""
    expected = f"{finding.expected}; {before}"
    return replace(finding, expected=expected, message=f"expected {expected}, got {finding.got}")


def _change(rule: str, path: Path, before: str, got: str, concerned: Times, *, chance: bool = False) -> Finding:
    """Return a change; what may be chance is told for information."""
    return Finding(
        rule=rule,
        severity="info" if chance else CHANGES[rule].severity,
        pointer=finding_pointer(path) if path else "",
        message=f"expected {before}, as before, got {got}",
        expected=f"{before}, as before",
        got=got,
        evidence=EVIDENCE,
        profiles=PROFILES,
        count=concerned.leads,
        first=concerned.first,
    )


def _is_change(was: int, old: int, now: int, new: int) -> bool:
    """Whether a share has changed, by as much as is told, and not by chance."""
    change, deviation = _compared(was, old, now, new)
    return change >= max(_LEAST, _DEVIATIONS * deviation)


def _may_be_chance(was: int, old: int, now: int, new: int) -> bool:
    """Whether something may have come or gone by chance: all of the one and none of the other is none."""
    change, deviation = _compared(was, old, now, new)
    return change < min(1, _DEVIATIONS * deviation)


def _compared(was: int, old: int, now: int, new: int) -> tuple[float, float]:
    """Return by how much a share has changed, and its standard deviation, as two proportions are tested."""
    before, after = min(was / old, 1), min(now / new, 1)  # a finding may be twice in a lead
    both = (before * old + after * new) / (old + new)
    return abs(before - after), sqrt(both * (1 - both) * (1 / old + 1 / new))


def _sum(times: Iterable[Times]) -> Times:
    """Return in how many leads one of several things is, where none has two of them."""
    leads, firsts = zip(*times, strict=True)
    return Times(sum(leads), min(firsts))


def _of(count: int, leads: int) -> str:
    return f"in {count:,} of {leads:,} leads"


def _shares(times: Mapping[str, Times], leads: int) -> str:
    return f"{', '.join(f'{name} in {one.leads:,}' for name, one in sorted(times.items()))} of {leads:,} leads"


def _path(where: str) -> Path:
    """Return the path of a pointer to a key of every lead."""
    return tuple(parse_pointer(where)[1:])


def _pointer(finding: Finding) -> str:
    return finding.pointer
