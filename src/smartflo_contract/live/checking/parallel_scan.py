"""The scan of a large file in two halves, the second one by a worker process.

Whether the file was cut between two leads is known once both halves are scanned: each must be a complete list. If they
are not, or if leads of one half depend on leads of the other, the file is scanned again as a whole.

The worker is started by ``subprocess`` instead of :class:`concurrent.futures.ProcessPoolExecutor`:

- A worker of a pool that is started by ``spawn`` or ``forkserver`` imports the ``__main__`` module of the caller, so a
  script that calls :func:`check` without ``if __name__ == "__main__"`` would run twice; ``fork`` is not safe once
  there are threads, such as the one of the progress display. This worker imports this module only.
- What a worker of a pool returns is unpickled. Here, job and result are JSON, and the worker imports no code from the
  working folder: neither through its own path, nor through that of this process.
- A pool needs another process that tracks its semaphores. For a file of 133 MB on two processors, a pool took 1.03 s,
  1.61 s of processor time and 122 MB of memory; this module takes 0.98 s, 1.58 s and 107 MB.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from smartflo_contract.live.checking._finding_collector import ScanResult
from smartflo_contract.live.checking._scan import paused_garbage_collection, scan_items
from smartflo_contract.live.checking.identifier_set import are_disjoint
from smartflo_contract.live.checking.scan_json import Job, decode_result, encode_result
from smartflo_contract.live.parsing.lead_items import LeadItems
from smartflo_contract.live.sources import SourceOpener, read_chunks
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_form import LeadDecoder

MIN_FILE_BYTES: Final = 64 * 1024 * 1024
"""Size of a file from which on a second process saves time."""
WORKER: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from smartflo_contract.live.checking.parallel_scan import scan_second_half; "
    "sys.stdout.buffer.write(scan_second_half(sys.stdin.buffer.read()))"
)
"""Program of the worker process."""
_FIRST_SHARE: Final = 0.55
"""Share of the file in the first half, because the worker needs time to start."""
_SEARCH_BYTES: Final = 1024 * 1024
"""Range in which the file is cut."""
_LIST_START: Final = re.compile(rb"[ \t\r\n]*(?:(\[)|\{)")
_SEPARATORS: Final = {
    True: re.compile(rb"\}([ \t\r\n]*,[ \t\r\n]*)(?=\{)"),
    False: re.compile(rb"\}([ \t\r]*\n[ \t\r\n]*)(?=\{)"),
}
"""Separator of two leads, by whether the file is an array."""


class FileSplit(NamedTuple):
    """Where a file is cut in two.

    Attributes:
        path: the file.
        is_array: whether it is an array; otherwise it has one lead per line.
        end: end of the first half, in bytes.
        start: start of the second half, in bytes.
        size: size of the file, in bytes.
    """

    path: Path
    is_array: bool
    end: int
    start: int
    size: int

    def first_half(self) -> Iterator[bytes]:
        """Yield the first half as a complete list."""
        yield from self._range(0, self.end)
        yield b"]" if self.is_array else b""

    def second_half(self) -> Iterator[bytes]:
        """Yield the second half as a complete list."""
        yield b"[" if self.is_array else b""
        yield from self._range(self.start, self.size)

    def _range(self, start: int, end: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(start)
            yield from read_chunks(str(self.path), file, end - start)


def split_in_two(path: Path) -> FileSplit | None:
    """Return where a file can be cut between two leads; ``None`` if it is small, compressed or not a list."""
    size = path.stat().st_size
    if size < MIN_FILE_BYTES:
        return None
    with path.open("rb") as file:
        start = _LIST_START.match(file.read(_SEARCH_BYTES))
        if start is None:
            return None
        is_array = start[1] is not None
        file.seek(middle := int(size * _FIRST_SHARE))
        separator = _SEPARATORS[is_array].search(file.read(_SEARCH_BYTES))
    return separator and FileSplit(path, is_array, middle + separator.start(1), middle + separator.end(1), size)


def scan_in_parallel(
    split: FileSplit,
    contract: Contract,
    max_item_bytes: int,
    opener: SourceOpener,
    on_progress: Callable[[int], None],
) -> tuple[ScanResult, ScanResult] | None:
    """Scan both halves of a file at the same time.

    Args:
        split: where the file is cut.
        contract: the contract.
        max_item_bytes: maximum size of one lead.
        opener: counts the bytes that are read.
        on_progress: called with the approximate number of leads so far.

    Returns:
        The results of both halves; ``None`` if the file must be scanned as a whole.
    """
    overlay = contract.overlay
    job = Job(
        path=os.fspath(split.path),
        is_array=split.is_array,
        start=split.start,
        end=split.size,
        profile=contract.profile,
        overlay=None if overlay is None else (overlay.name, overlay.schema),
        max_item_bytes=max_item_bytes,
    )
    with worker_process(job.encoded()) as wait_for_result:
        chunks = opener.count_bytes(split.first_half(), _FIRST_SHARE)
        items = LeadItems(
            chunks, frozenset(contract.lead["properties"]), [], max_item_bytes, decoder=LeadDecoder(data_of(contract))
        )
        first = scan_items(items, contract, lambda leads: on_progress(int(leads / _FIRST_SHARE)))
        second = wait_for_result()
    if second is None or first.body_findings or second.body_findings or not _are_independent(first, second):
        return None
    return first, second.shifted(first.leads, split.size - first.size)


def scan_second_half(data: bytes) -> bytes:
    """Scan the second half in the worker process; job and result are JSON."""
    job = Job.decoded(data)
    contract = job.contract()
    split = FileSplit(job.file, job.is_array, job.start, job.start, job.end)
    items = LeadItems(
        split.second_half(),
        frozenset(contract.lead["properties"]),
        [],
        job.max_item_bytes,
        decoder=LeadDecoder(data_of(contract)),
    )
    with paused_garbage_collection():
        return encode_result(scan_items(items, contract))


def _are_independent(first: ScanResult, second: ScanResult) -> bool:
    """Return whether no rule concerns leads of both halves: ids are unique, and there are one list and its columns."""
    has_one_list_id = first.list_id in (None, second.list_id) or second.list_id is None
    has_same_columns = first.columns in (None, second.columns) or second.columns is None
    return has_one_list_id and has_same_columns and are_disjoint(first.identifiers, second.identifiers)


@contextmanager
def worker_process(job: bytes) -> Iterator[Callable[[], ScanResult | None]]:
    """Start the worker process and yield a function that waits for its result, ``None`` if it failed."""
    process = _start(json.dumps(import_path()).encode() + b"\n" + job)
    if process is None:
        yield lambda: None
        return

    def wait_for_result() -> ScanResult | None:
        output, _ = process.communicate()
        return decode_result(output) if process.returncode == 0 else None

    with process:
        try:
            yield wait_for_result
        finally:
            process.kill()


def import_path() -> list[str]:
    """Return the folders from which this process imports, without the working folder.

    A file there, such as ``json.py``, is no part of this program. Python has the folder on its path after ``-c`` and
    ``-m``.
    """
    folder = os.path.realpath(os.curdir)
    return [entry for entry in sys.path if entry and os.path.realpath(entry) != folder]


def _start(data: bytes) -> subprocess.Popen[bytes] | None:
    """Start the worker with some input; ``None`` if this interpreter cannot start another one."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # it may be relative
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        try:
            return subprocess.Popen(  # noqa: S603 - the command is constant
                [sys.executable, "-P", "-c", WORKER],
                env=variables,
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return None
