"""The check of responses: read in pieces, cut into leads, held against the contract, in constant memory."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TypeAlias

from smartflo_contract.live.checking.agreement import Agreements
from smartflo_contract.live.checking.finding_collector import Each, Found, find
from smartflo_contract.live.checking.parallel_scan import find_in_halves, halves_of
from smartflo_contract.live.checking.value_statistics import Statistics
from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.request_guard import MOST_SECONDS
from smartflo_contract.live.parsing.sources import Body, Opened, Sources, total
from smartflo_contract.live.parsing.splitter import MOST_ITEM
from smartflo_contract.live.report import Report, Source, masked, merged
from smartflo_contract.schemas import Contract, Finding, load_contract
from smartflo_contract.schemas.overlay import OverlaySource

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
    processes: int = 1,
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
        processes: 2 has another one read half of each large file.

    Raises:
        ContractError: the profile or the overlay cannot be used.
        LiveError: a file cannot be read, or nobody can be reached, or credentials are refused.
    """
    contract = load_contract(profile, overlay)
    sources = Sources(token, max_wait, max_time)
    tell = told(progress, sources, bodies)
    run = Run(contract, most_item, sources, tell, processes=processes, named=len(bodies) > 1)
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
    """One check of several bodies.

    Args:
        contract: what they are held against.
        most_item: bytes of a lead.
        bodies: opens them.
        tell: is told how many leads have been read.
        processes: how many may read a body.
        named: whether findings name their body.
        each: is given every lead that is an object.
    """

    def __init__(
        self,
        contract: Contract,
        most_item: int,
        bodies: Sources,
        tell: Callable[[int], None],
        *,
        processes: int = 1,
        named: bool = False,
        each: Each | None = None,
    ) -> None:
        """Start without a body."""
        self._contract, self._most_item, self._bodies, self._tell = contract, most_item, bodies, tell
        self._processes, self._named, self._each = processes, named, each
        self._agreements, self._statistics = Agreements(contract.overlay), Statistics(contract)
        self._findings: list[Finding] = []
        self._sources: list[Source] = []
        self._broken = 0

    def add(self, body: Body) -> None:
        """Check a body."""
        done = sum(source.leads for source in self._sources)
        with ExitStack() as stack:
            opened = self._bodies.opened(body, stack)
            parts = self._parts(opened, lambda leads: self._tell(done + leads))
        self._bodies.faults.clear()
        source = opened.name if self._named else None
        for found in parts:
            self._findings += [replace(one, source=source) for one in (*found.faults, *found.findings)]
            self._broken += found.broken
            self._agreements.join(found.forms)
            self._statistics.join(found.counts)
        self._sources.append(Source(opened.name, sum(one.leads for one in parts), sum(one.size for one in parts)))

    def _parts(self, opened: Opened, tell: Callable[[int], None]) -> tuple[Found, ...]:
        """Return what is found in a body, or in its halves."""
        halves = halves_of(opened.path) if opened.path and self._processes > 1 and not self._each else None
        if halves:
            read = self._bodies.read
            if found := find_in_halves(halves, self._contract, self._most_item, self._bodies, tell):
                return found
            self._bodies.read = read
        return (
            find(
                self._contract,
                opened.pieces,
                self._most_item,
                faults=self._bodies.faults,
                is_response=opened.is_response,
                tell=tell,
                each=self._each,
            ),
        )

    def report(self) -> Report:
        """Return what has been found."""
        overlay = self._contract.overlay
        return Report(
            profile=self._contract.profile,
            overlay=None if overlay is None else overlay.name,
            sources=tuple(self._sources),
            findings=merged(masked(self._findings, self._contract)),
            broken=self._broken,
            agreements=self._agreements.rows(),
            statistics=self._statistics.as_dict(),
        )
