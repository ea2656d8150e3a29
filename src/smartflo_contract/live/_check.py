"""The check of responses: read in pieces, cut into leads, held against the contract, in constant memory."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, TypeAlias

from smartflo_contract.live._access import Credentials
from smartflo_contract.live._agreement import Agreements
from smartflo_contract.live._faults import FAULTS, no_lead
from smartflo_contract.live._ids import Ids
from smartflo_contract.live._polite import MOST_SECONDS
from smartflo_contract.live._report import Report, Source, masked, merged
from smartflo_contract.live._sources import Body, Opened, Sources, total
from smartflo_contract.live._split import MOST_ITEM, Fault, Items, Split
from smartflo_contract.live._statistics import Statistics
from smartflo_contract.live._unzip import plain
from smartflo_contract.schemas import Contract, Finding, load_contract
from smartflo_contract.schemas._check import Check, of_body
from smartflo_contract.schemas._duplicates import duplicate_keys
from smartflo_contract.schemas._overlay import OverlaySource
from smartflo_contract.schemas._table import tables

Progress: TypeAlias = Callable[[int, int, int | None], None]
"""Is told how many leads and bytes have been read, and how many bytes there are, where that is known."""


def check(
    *bodies: Body,
    profile: str = "lenient",
    overlay: OverlaySource | None = None,
    most_item: int = MOST_ITEM,
    max_wait: float = 60,
    max_time: float = MOST_SECONDS,
    token: str | Credentials | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return what responses have that the contract does not allow, or does not know.

    Memory does not grow with a body, but for eight bytes or so of each lead.

    Args:
        bodies: URLs of the API; paths, bytes or open binary files of arrays of leads or of one lead a line, as they are
            or by gzip. URLs are asked with ``SMARTFLO_TOKEN``, or after a login with ``SMARTFLO_EMAIL`` and
            ``SMARTFLO_PASSWORD``, or without either.
        profile: ``lenient`` takes either reading of a contradiction; ``sample`` and ``documented`` one.
        overlay: a partial lead schema, as a mapping or a path.
        most_item: bytes of a lead; a larger one is a finding.
        max_wait: seconds that are waited, where the API answers 429.
        max_time: seconds that an answer of the API may take, with what is done as it comes.
        token: an access token or a login, instead of what the environment has. What a login gives is had anew once for
            each body where the API says that it has expired.
        progress: is told how far it is.

    Raises:
        ContractError: the profile or the overlay cannot be used.
        LiveError: a file cannot be read, or nobody can be reached, or credentials are refused.
    """
    contract = load_contract(profile, overlay)
    sources = Sources(token, max_wait, max_time)
    run = Run(contract, most_item, sources, told(progress, sources, bodies))
    for body in bodies:
        run.add(body)
    return run.report()


def told(progress: Progress | None, sources: Sources, bodies: Sequence[Body]) -> Callable[[int], None]:
    """Return what is given the number of leads so far, and tells ``progress`` the rest."""
    if progress is None:
        return lambda _: None
    size = total(bodies)
    return lambda leads: progress(leads, sources.read, size)


class Run:
    """One check of several bodies; ``each`` is given every lead that is an object."""

    def __init__(
        self,
        contract: Contract,
        most_item: int,
        bodies: Sources,
        tell: Callable[[int], None],
        *,
        each: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        self._contract, self._most_item, self._bodies, self._tell = contract, most_item, bodies, tell
        self._agreements, self._statistics, self._each = Agreements(contract.overlay), Statistics(contract), each
        self._faults: dict[str, Finding] = {}
        self._times: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self._sources: list[Source] = []
        self._broken = 0

    def add(self, body: Body) -> None:
        """Check a body."""
        with ExitStack() as stack, _no_collection():
            opened = self._bodies.opened(body, stack)
            checking = Check(self._contract, Ids())
            split = Split(plain(opened.pieces or (), self._bodies.faults), self._most_item)
            done = sum(source.leads for source in self._sources)
            for part in () if opened.pieces is None else split:
                if isinstance(part, Fault):
                    self._add_fault(part, checking.leads)
                else:
                    self._add_items(part, checking, opened, split)
                self._tell(done + checking.leads)
        for fault in self._bodies.faults:
            self._add_fault(fault, checking.leads)
        self._bodies.faults.clear()
        self._findings += checking.findings()
        self._broken += checking.broken
        self._sources.append(Source(opened.name, checking.leads, split.read))

    def _add_items(self, items: Items, checking: Check, opened: Opened, split: Split) -> None:
        """Check leads, but for what is none at the beginning of a body that is no array."""
        if not split.is_array and not checking.leads:
            if rule := no_lead(items.values):
                self._add_fault(Fault(rule, items.offset), 0)
                return
            if opened.is_response:
                self._add_fault(Fault("no-array", items.offset), 0)
        self._add_leads(items, checking)

    def _add_fault(self, fault: Fault, leads: int) -> None:
        """Count a fault, and keep the first of its kind: there may be as many as lines."""
        if fault.rule not in self._faults:
            self._faults[fault.rule] = _of_fault(fault, leads)
        self._times[fault.rule] += 1

    def _add_leads(self, items: Items, checking: Check) -> None:
        leads = items.values
        by_keys = tables(leads)
        if duplicates := duplicate_keys(items.text, leads, by_keys):
            for index, lead in enumerate(leads):
                checking.add(lead, duplicates.get(index, ()))
        else:
            checking.add_decoded(leads, by_keys)
        objects = [lead for lead in leads if isinstance(lead, dict)]
        self._agreements.add(objects)
        self._statistics.add(objects, by_keys)
        if self._each:
            for lead in objects:
                self._each(lead)

    def report(self) -> Report:
        """Return what has been found."""
        overlay = self._contract.overlay
        faults = (replace(first, count=self._times[rule]) for rule, first in self._faults.items())
        return Report(
            profile=self._contract.profile,
            overlay=None if overlay is None else overlay.name,
            sources=tuple(self._sources),
            findings=merged(masked([*faults, *self._findings], self._contract)),
            broken=self._broken,
            agreements=self._agreements.rows(),
            statistics=self._statistics.as_dict(),
        )


def _of_fault(fault: Fault, leads: int) -> Finding:
    expected, got, evidence = FAULTS[fault.rule]
    where = f"{got}, at byte {fault.offset:,}, after {leads:,} leads"
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
