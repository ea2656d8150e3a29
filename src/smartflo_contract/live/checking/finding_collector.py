"""What is found in a body, or in a part of it: it is read in pieces, cut into leads, and held against the contract."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from smartflo_contract.live.checking.agreement import Agreements, Forms
from smartflo_contract.live.checking.identifiers import Ids
from smartflo_contract.live.checking.unexpected_bodies import FAULTS, no_lead
from smartflo_contract.live.checking.value_statistics import Counts, Statistics
from smartflo_contract.live.parsing.decompression import plain
from smartflo_contract.live.parsing.splitter import Fault, Items, Split
from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.lead_table import tables
from smartflo_contract.schemas.response_check import Check, of_body

Each: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Is given every lead that is an object."""


@dataclass(frozen=True)
class Found:
    """What is found in leads that follow each other; it can be pickled.

    Attributes:
        leads: how many there are.
        size: bytes that were read.
        broken: how many leads have a finding of severity ``break``.
        faults: what is wrong besides leads, each kind once.
        findings: of the leads.
        forms: of values that two readings see otherwise.
        counts: what the values are like.
        ids: identifiers of the leads, as ``Ids`` keeps them.
        list_id: the first one.
    """

    leads: int
    size: int
    broken: int
    faults: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    forms: Forms
    counts: Counts
    ids: list[bytes]
    list_id: object

    def after(self, other: "Found", end: int) -> "Found":
        """Return what is found, of leads that follow others and end at a byte of the body."""
        findings = (replace(one, first=None if one.first is None else one.first + other.leads) for one in self.findings)
        return replace(self, findings=tuple(findings), size=end - other.size)


def find(
    contract: Contract,
    pieces: Iterable[bytes] | None,
    most_item: int,
    *,
    faults: list[Fault],
    is_response: bool = False,
    tell: Callable[[int], None] = lambda _: None,
    each: Each | None = None,
) -> Found:
    """Return what is found in a body.

    Args:
        contract: what it is held against.
        pieces: the body, as it is or by gzip; ``None`` where it is not to be read.
        most_item: bytes of a lead; a larger one is a fault.
        faults: what is wrong about the answer besides its body, known at the end.
        is_response: whether it is one of HTTP, which is an array and nothing else.
        tell: is told how many leads have been read.
        each: is given every lead that is an object.
    """
    reading = _Reading(contract, each)
    split = Split(plain(pieces or (), faults), most_item)
    with _no_collection():
        for part in () if pieces is None else split:
            reading.add(part, is_array=split.is_array, is_response=is_response)
            tell(reading.checking.leads)
    for fault in faults:
        reading.add_fault(fault)
    return reading.found(split.read)


class _Reading:
    """Leads as they come."""

    def __init__(self, contract: Contract, each: Each | None) -> None:
        self.checking = Check(contract, ids := Ids())
        self._properties, self._each, self._ids = frozenset(contract.lead["properties"]), each, ids
        self._agreements, self._statistics = Agreements(contract.overlay), Statistics(contract)
        self._faults: dict[str, Finding] = {}
        self._times: Counter[str] = Counter()

    def add(self, part: Items | Fault, *, is_array: bool, is_response: bool) -> None:
        """Add leads, but for what is none at the beginning of a body that is no array."""
        if isinstance(part, Fault):
            self.add_fault(part)
            return
        if not is_array and not self.checking.leads:
            if rule := no_lead(part.values, self._properties):
                self.add_fault(Fault(rule, part.offset))
                return
            if is_response:
                self.add_fault(Fault("no-array", part.offset))
        self._add_leads(part)

    def add_fault(self, fault: Fault) -> None:
        """Count a fault, and keep the first of its kind: there may be as many as lines."""
        if fault.rule not in self._faults:
            self._faults[fault.rule] = _of_fault(fault, self.checking.leads)
        self._times[fault.rule] += 1

    def _add_leads(self, items: Items) -> None:
        leads = items.values
        by_keys = tables(leads)
        if duplicates := duplicate_keys(items.text, leads, by_keys):
            for index, lead in enumerate(leads):
                self.checking.add(lead, duplicates.get(index, ()))
        else:
            self.checking.add_decoded(leads, by_keys)
        objects = [lead for lead in leads if isinstance(lead, dict)]
        self._agreements.add(objects)
        self._statistics.add(objects, by_keys)
        if self._each:
            for lead in objects:
                self._each(lead)

    def found(self, size: int) -> Found:
        """Return what is found in so many bytes."""
        return Found(
            leads=self.checking.leads,
            size=size,
            broken=self.checking.broken,
            faults=tuple(replace(first, count=self._times[rule]) for rule, first in self._faults.items()),
            findings=self.checking.findings(),
            forms=self._agreements.forms,
            counts=self._statistics.counts,
            ids=self._ids.parts,
            list_id=self.checking.list_id,
        )


def _of_fault(fault: Fault, leads: int) -> Finding:
    expected, got, evidence = FAULTS[fault.rule]
    where = got if fault.offset is None else f"{got}, at byte {fault.offset:,}, after {leads:,} leads"
    return of_body(fault.rule, expected, f"{where}: {fault.detail}" if fault.detail else where, evidence=dict(evidence))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Have Python not look for cycles, of which decoded leads have none: it would take a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
