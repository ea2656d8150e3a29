"""The check of responses: read in pieces, cut into leads, held against the contract, in constant memory."""

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

from smartflo_contract.live._agreement import Agreements
from smartflo_contract.live._errors import LiveError
from smartflo_contract.live._faults import FAULTS
from smartflo_contract.live._ids import Ids
from smartflo_contract.live._report import Report, Source, masked, merged
from smartflo_contract.live._split import MOST_ITEM, Fault, Split
from smartflo_contract.live._statistics import Statistics
from smartflo_contract.schemas import Contract, Finding, load_contract
from smartflo_contract.schemas._check import Check, of_body
from smartflo_contract.schemas._overlay import OverlaySource

Progress: TypeAlias = Callable[[int, int], None]
"""Is told how many leads and bytes have been read."""
Body: TypeAlias = str | PathLike[str] | bytes | BinaryIO
"""A file by its path, ``-`` for standard input, the bytes of a body, or an open file."""

_PIECE: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
_ERROR_KEYS: Final = frozenset({"success", "message", "error"})


def check(
    *bodies: Body,
    profile: str = "lenient",
    overlay: OverlaySource | None = None,
    most_item: int = MOST_ITEM,
    progress: Progress | None = None,
) -> Report:
    """Return what responses have that the contract does not allow, or does not know.

    Memory does not grow with a body, but for eleven bytes or so of each lead.

    Args:
        bodies: paths, bytes or open binary files, of arrays of leads or of one lead a line, as they are or by gzip.
        profile: ``lenient`` takes either reading of a contradiction; ``sample`` and ``documented`` one.
        overlay: a partial lead schema, as a mapping or a path.
        most_item: bytes of a lead; a larger one is a finding.
        progress: is told how far it is.

    Raises:
        ContractError: the profile or the overlay cannot be used.
        LiveError: a file cannot be read.
    """
    contract = load_contract(profile, overlay)
    run = _Run(contract, most_item, progress)
    for body in bodies:
        run.add(body)
    return run.report()


class _Run:
    """One check of several bodies."""

    def __init__(self, contract: Contract, most_item: int, progress: Progress | None) -> None:
        self._contract, self._most_item, self._progress = contract, most_item, progress
        self._agreements, self._statistics = Agreements(contract.overlay), Statistics(contract)
        self._findings: list[Finding] = []
        self._sources: list[Source] = []
        self._broken = 0

    def add(self, body: Body) -> None:
        """Check a body."""
        with ExitStack() as stack:
            name, file = _opened(body, stack)
            self.add_pieces(name, iter(lambda: _read(name, file), b""))

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """Check a body that comes in pieces."""
        checking = Check(self._contract, Ids())
        done = sum(source.leads for source in self._sources)
        split = Split(_unzipped(pieces, self._findings), self._most_item)
        for part in split:
            if isinstance(part, Fault):
                self._findings.append(_of_fault(part, checking.leads))
            elif not split.is_array and not checking.leads and _is_no_lead(part.values):
                self._findings.append(_of_fault(Fault(_kind(part.values[0]), part.offset), 0))
            else:
                self._add_leads(part.values, checking)
            if self._progress:
                self._progress(done + checking.leads, split.read)
        self._findings += checking.findings()
        self._broken += checking.broken
        self._sources.append(Source(name, checking.leads, split.read))

    def _add_leads(self, leads: list[Any], checking: Check) -> None:
        checking.add_decoded(leads)
        for lead in leads:
            if isinstance(lead, dict):
                self._agreements.add(lead)
                self._statistics.add(lead)

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


def _opened(body: Body, stack: ExitStack) -> tuple[str, BinaryIO]:
    """Return the name of a body, and a file to read it from.

    Raises:
        LiveError: there is no such file, or it cannot be read.
    """
    if isinstance(body, bytes):
        from io import BytesIO  # noqa: PLC0415 - as with files

        return "bytes", BytesIO(body)
    if isinstance(body, str | PathLike):
        if body == "-":
            return "-", sys.stdin.buffer
        try:
            return str(body), stack.enter_context(Path(body).open("rb"))
        except OSError as error:
            message = f"cannot read {body}: {error.strerror}"
            raise LiveError(message) from None
    return "file", body


def _read(name: str, file: BinaryIO) -> bytes:
    try:
        return file.read(_PIECE)
    except OSError as error:
        message = f"cannot read {name}: {error.strerror}"
        raise LiveError(message) from None


def _unzipped(pieces: Iterable[bytes], findings: list[Finding]) -> Iterator[bytes]:
    """Yield a body, out of gzip where it is in one; what is wrong with that becomes a finding."""
    pieces, unzip = iter(pieces), None
    first = next(pieces, b"")
    if not first.startswith(_GZIP):
        yield first
        yield from pieces
        return
    for piece in chain([first], pieces):
        rest = piece
        while rest:
            unzip = unzip or zlib.decompressobj(wbits=31)
            try:
                yield unzip.decompress(rest, _PIECE)
                while more := unzip.decompress(b"", _PIECE):
                    yield more
            except zlib.error:
                findings.append(_of_fault(Fault("broken-gzip", 0), 0))
                return
            rest = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
            unzip = None if unzip.eof else unzip
    if unzip is not None:
        findings.append(_of_fault(Fault("broken-gzip", 0), 0))


def _is_no_lead(values: list[Any]) -> bool:
    """Whether a body that is no array begins with one value that is no lead."""
    return len(values) == 1 and (not isinstance(values[0], dict) or not _ERROR_KEYS.isdisjoint(values[0]))


def _kind(value: object) -> str:
    return "error-body" if isinstance(value, dict) else "no-array"


def _of_fault(fault: Fault, leads: int) -> Finding:
    expected, got, evidence = FAULTS[fault.rule]
    where = f"{got} at byte {fault.offset:,}, after {leads:,} leads"
    return of_body(fault.rule, expected, f"{where}: {fault.detail}" if fault.detail else where, evidence=dict(evidence))
