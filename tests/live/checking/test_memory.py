"""Memory of a check does not grow with the body."""

import gc
import io
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Final

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.live import Report, check

LEADS: Final = [json.dumps(lead(0, 8668, index)).encode() for index in range(2)]
MEGABYTE: Final = 2**20
MEASURED: Final = """
import atexit, sys
from smartflo_contract.cli import main

def print_peak():
    with open("/proc/self/status") as status:
        print(next(line for line in status if line.startswith("VmHWM")), end="", file=sys.stderr)

atexit.register(print_peak)
main()
"""
"""The command, which prints its peak memory at exit."""


class Pipe(io.RawIOBase):
    """A readable file whose content is produced on demand."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Produce nothing yet."""
        self._chunks = iter(chunks)

    def readable(self) -> bool:
        """Return true."""
        return True

    def read(self, _size: int = -1) -> bytes:
        """Return the next chunk, of any size."""
        return next(self._chunks, b"")


def between_leads(form: bytes, item: bytes) -> bytes:
    """Return a body with an item between two leads."""
    separator = b"," if form.startswith(b"[") else b"\n"
    return form % separator.join([LEADS[0], item, LEADS[1]])


def large_body(form: bytes, megabytes: int, content: bytes) -> Iterator[bytes]:
    """Yield a body with one large item between two leads."""
    start, end = between_leads(form, b'{"field_9":["%b"]}').split(b"%b")
    return chain([start], repeat(content * (MEGABYTE // len(content)), megabytes), [end])


def check_and_measure(chunks: Iterable[bytes], **options: Any) -> tuple[Report, int]:
    """Return the report and the peak of the memory that Python allocated, in bytes."""
    pipe: Any = Pipe(chunks)
    check(b"\n".join(LEADS))  # the contract is loaded once in a process
    gc.collect()
    tracemalloc.start()
    try:
        report = check(pipe, **options)
        return report, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def breaks(report: dict[str, Any]) -> dict[str, int]:
    """Return the count of each rule with a finding of severity ``break``."""
    return {finding["rule"]: finding["count"] for finding in report["findings"] if finding["severity"] == "break"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "megabytes", "content"),
    [(b"[%b]", 32, b"x"), (b"%b", 32, b"x"), (b"[%b]", 8, b'\\"'), (b"%b", 1, b'",{"a":"}' + b"x" * 99 + b'"},"')],
    ids=["array", "line", "escapes", "brackets"],
)
def test_skips_large_items_without_keeping_them(form: bytes, megabytes: int, content: bytes) -> None:
    """An item that is many times as large as the limit needs only some times the limit."""
    report, peak = check_and_measure(large_body(form, megabytes, content), max_item=MEGABYTE // 4)

    assert (2, {"item-too-large": 1}) == (report.leads, breaks(report.as_dict()))
    assert peak < 3 * MEGABYTE


def test_skips_item_without_end() -> None:
    """An endless string in a lead is skipped."""
    report, peak = check_and_measure(chain([b'[{"field_1":"'], repeat(b"x" * 65_536, 400)), max_item=100_000)

    assert ["item-too-large", "truncated-body"] == sorted(finding.rule for finding in report.findings)
    assert peak < 4 * MEGABYTE


@pytest.mark.slow
def test_keeps_no_defects() -> None:
    """As many defects as lines are counted, not kept."""
    report, peak = check_and_measure(repeat(b"no lead\n" * 1_000, 8))

    assert {"not-json": 8_000} == breaks(report.as_dict())
    assert peak < 2 * MEGABYTE


def run_and_measure(chunks: Iterable[bytes], *options: str) -> tuple[int, dict[str, Any], float]:
    """Run the command with a body on standard input; return exit code, report and peak memory in megabytes."""
    command = [sys.executable, "-c", MEASURED, "check", "-", "--report", "json", *options]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environ) as process:
        assert process.stdin
        with suppress(BrokenPipeError):
            for chunk in chunks:
                process.stdin.write(chunk)
        output, error = process.communicate()
    message, _, peak = error.decode().partition("VmHWM:")
    assert "" == message
    return process.returncode, json.loads(output), int(peak.split()[0]) / 1e3


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux reports the peak memory of a process")
@pytest.mark.parametrize(
    ("form", "megabytes", "content", "allowed_megabytes"),
    [
        (b"[%b]", 64, b"x", 40),
        (b"%b", 64, b"x", 40),
        (b"[%b]", 8, b'\\"', 40),
        (b"%b", 8, b'",{"a":"}' + b"x" * 99 + b'"},"', 40),
        (b"[%b]", 2_048, b"x", 120),
        (b"%b", 2_048, b"x", 120),
    ],
    ids=["array", "line", "escapes", "brackets", "array of 2 GiB", "line of 2 GiB"],
)
def test_process_stays_small(form: bytes, megabytes: int, content: bytes, allowed_megabytes: float) -> None:
    """The memory of the whole process is bounded, up to what does not fit in the memory of a small machine."""
    options = [] if megabytes > 1_000 else ["--max-item", str(MEGABYTE)]
    *_, normal = run_and_measure([b"\n".join(LEADS)])
    code, report, peak = run_and_measure(large_body(form, megabytes, content), *options)

    assert (1, 2, {"item-too-large": 1}) == (code, report["leads"], breaks(report))
    assert peak < normal + allowed_megabytes


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux reports the peak memory of a process")
def test_process_keeps_no_defects() -> None:
    """50,000 invalid lines need no more memory than two leads."""
    *_, normal = run_and_measure([b"\n".join(LEADS)])
    code, report, peak = run_and_measure(repeat(b"no lead\n" * 1_000, 50))

    assert (1, {"not-json": 50_000}) == (code, breaks(report))
    assert peak < normal + 15
