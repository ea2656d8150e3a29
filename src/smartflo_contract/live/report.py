"""What a check of responses has found, as a value."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from smartflo_contract.live.checking.agreement import Agreement
from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.findings import SEVERITIES, Severity
from smartflo_contract.schemas.lead_format import FIELD

FORMAT_VERSION: Final = 1
LEAST_LEADS: Final = 20
"""Leads that it takes for the grade A."""
_NUMBER: Final = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?(?:e[-+]?[0-9]+)?")
_LONG: Final = re.compile("[0-9]{4}")
_LONGEST_FIELD: Final = len("field_999")
GRADES: Final[Mapping[str, str]] = {
    "A": "nothing but what the contract says",
    "B": "only what the vendor's pages and sample disagree about",
    "C": "something that the contract does not know",
    "D": "some leads, or the body, break the contract",
    "E": "every lead breaks the contract",
    "F": "no list of leads could be read",
}
CHANGED: Final[Mapping[str, str]] = {
    "A": "nothing has changed that matters",
    "B": "responses follow another reading of what the vendor's pages and sample disagree about",
    "C": "something has changed, and nothing that the contract speaks against",
    "D": "some leads, or the body, have come to break the contract",
    "E": "every lead has come to break the contract",
    "F": GRADES["F"],
}
"""What the grades of a comparison mean."""


class Source(NamedTuple):
    """One response that was checked.

    Attributes:
        name: a file, a URL without its query, or ``-``.
        leads: how many were read.
        bytes: how many were read.
    """

    name: str
    leads: int
    bytes: int


@dataclass(frozen=True)
class Report:
    """What a check has found.

    Attributes:
        profile: of the contract.
        overlay: name of the overlay, ``None`` for none.
        sources: the responses.
        findings: worst first; pointers name no key that the contract does not have.
        broken: how many leads have a finding of severity ``break``; of a comparison, the most that one finding has;
            beside a baseline, no more than are concerned by what is left.
        agreements: which reading of each contradiction the values follow.
        statistics: counts of nulls, statuses and fields.
        known: how many findings a baseline has, which are left out.
        base: the response that others are compared with; ``None`` where they are held against the contract alone.
    """

    profile: str
    overlay: str | None
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]
    broken: int
    agreements: tuple[Agreement, ...]
    statistics: Mapping[str, Any]
    known: int = 0
    base: Source | None = None

    @property
    def leads(self) -> int:
        """How many leads were read."""
        return sum(source.leads for source in self.sources)

    @property
    def grade(self) -> str | None:
        """A letter of ``GRADES``; ``None`` where nothing is wrong, with fewer leads than it takes to say so."""
        worst = min((one.rank for one in self.findings), default=len(SEVERITIES))
        if worst == 0:
            if not self.leads:
                return "F"
            return "E" if self.broken == self.leads else "D"
        if worst < SEVERITIES.index("info"):
            return "C" if SEVERITIES[worst] == "surprise" else "B"
        fewest = self.leads if self.base is None else min(self.leads, self.base.leads)
        return "A" if fewest >= LEAST_LEADS else None

    @property
    def verdict(self) -> str:
        """The grade, and what it means, in a line."""
        known = f", but for {counted(self.known, 'known finding')}" if self.known else ""
        if self.grade is None:
            right = f"nothing is wrong with {counted(self.leads, 'lead')}" if self.base is None else CHANGED["A"]
            return f"no grade: {right}{known}, and the grade A takes {LEAST_LEADS} leads"
        return f"grade {self.grade}: {(CHANGED if self.base else GRADES)[self.grade]}{known}"

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of a severity, and of worse ones."""
        most = SEVERITIES.index(severity)
        return tuple(one for one in self.findings if one.rank <= most)

    def without(self, fingerprints: Iterable[str]) -> "Report":
        """Return the report without the findings of a baseline; all of them are left where no list could be read."""
        if not self.leads:
            return self
        known = frozenset(fingerprints)
        left = tuple(one for one in self.findings if one.fingerprint not in known)
        most = sum(one.count for one in left if one.severity == "break" and one.first is not None)
        return replace(self, findings=left, broken=min(self.broken, most), known=len(self.findings) - len(left))

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, described by ``report.schema.json``."""
        return {
            "version": FORMAT_VERSION,
            "grade": self.grade,
            "verdict": self.verdict,
            "profile": self.profile,
            "overlay": self.overlay,
            "leads": self.leads,
            "broken": self.broken,
            "known": self.known,
            "sources": [source._asdict() for source in self.sources],
            "base": None if self.base is None else self.base._asdict(),
            "findings": [finding.as_dict() for finding in self.findings],
            "agreements": [{**one._asdict(), "counts": dict(one.counts)} for one in self.agreements],
            "statistics": dict(self.statistics),
        }


def counted(number: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def masked(findings: Iterable[Finding], contract: Contract) -> Iterator[Finding]:
    """Yield findings that show nothing by which somebody may be known.

    A key that the contract does not have may be somebody's name: it has a number that follows from its name, so that it
    is the same key in the next report; so has a column of a number that no list reaches. Numbers with four digits in a
    row are told by their size.
    """
    known = frozenset(_keys(contract.lead)) | {"", "*"}
    for finding in findings:
        parts = finding.pointer.split("/")
        shown = [part if part in known or _is_field(part) else f"(unknown key {_number(part)})" for part in parts]
        got = _NUMBER.sub(_size, finding.got) if finding.pointer else finding.got
        message = finding.message.replace(finding.got, got)
        yield replace(finding, pointer="/".join(shown), got=got, message=message)


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings of several responses, equal ones as one, worst first."""
    found: dict[str, Finding] = {}
    for finding in findings:
        same = found.get(finding.fingerprint)
        found[finding.fingerprint] = finding if same is None else replace(same, count=same.count + finding.count)
    return tuple(sorted(found.values(), key=lambda one: one.rank))


def _keys(schema: object) -> Iterator[str]:
    """Yield the names of all properties in a schema."""
    if isinstance(schema, dict):
        for name, below in schema.items():
            if name == "properties":
                yield from below
            yield from _keys(below)
    elif isinstance(schema, list):
        for item in schema:
            yield from _keys(item)


def _is_field(key: str) -> bool:
    return len(key) <= _LONGEST_FIELD and FIELD.fullmatch(key) is not None


def _size(number: re.Match[str]) -> str:
    """Return how many digits a number has before its point, or if those are few, in all."""
    whole, fraction = number.groups("")
    if not _LONG.search(number[0]):
        return number[0]
    return f"of {len(whole if _LONG.match(whole) else whole + fraction)} digits"


def _number(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
