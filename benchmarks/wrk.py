"""Load servers with wrk in turns, and compare what it measures."""

import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil
from peer_servers import TOKEN

CONNECTIONS = 16
UNIT_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000}


class Load(NamedTuple):
    """What was measured of a load.

    Attributes:
        rate: requests per second.
        p99_milliseconds: 99th percentile of the latency.
        requests: number of requests.
        processor_microseconds: processor time of the server for a request; 0 if its process is not known.
    """

    rate: float
    p99_milliseconds: float
    requests: int
    processor_microseconds: float = 0


def load(
    url: str,
    seconds: int,
    connections: int = CONNECTIONS,
    script: Path | None = None,
    *,
    token: str = TOKEN["Authorization"],
    process_id: int | None = None,
) -> Load:
    """Return what wrk measures, and the processor time of the server; exit if a response was not 2xx."""
    before = processor_seconds(process_id)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    command += ["-H", f"Authorization: {token}"]
    command += [] if script is None else ["-s", str(script)]
    output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    used = processor_seconds(process_id) - before
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    p99 = re.search(r"99%\s+([0-9.]+)(us|ms|s|m)\b", output)
    total = re.search(r"(\d+) requests in", output)
    if rate is None or p99 is None or total is None or total[1] == "0" or "Non-2xx" in output:
        sys.exit(f"wrk on {url}:\n{output}")
    milliseconds = float(p99[1]) * UNIT_MILLISECONDS[p99[2]]
    return Load(float(rate[1]), milliseconds, int(total[1]), 1e6 * used / int(total[1]))


def processor_seconds(process_id: int | None) -> float:
    """Return the processor time of a process and of its children, in seconds; 0 for none."""
    if process_id is None:
        return 0
    parent = psutil.Process(process_id)
    times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def in_turns(measures: Mapping[str, Callable[[], Load]], rounds: int) -> dict[str, list[Load]]:
    """Return what is measured of some targets, which take turns."""
    results: dict[str, list[Load]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            results[name].append(measure())
    return results


def ratios(ours_: Sequence[float], theirs: Sequence[float]) -> str:
    """Return the median of the ratios of each round, and their range."""
    values = sorted(mine / other for mine, other in zip(ours_, theirs, strict=True))
    return f"x{statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"
