"""Load servers with wrk in turns, and compare what it measures."""

import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from peer_servers import TOKEN

CONNECTIONS = 16
UNIT_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000}


class Load(NamedTuple):
    """What wrk has measured: requests per second, 99th percentile of the latency, and number of requests."""

    rate: float
    p99_milliseconds: float
    requests: int


def load(
    url: str,
    seconds: int,
    connections: int = CONNECTIONS,
    script: Path | None = None,
    token: str = TOKEN["Authorization"],
) -> Load:
    """Return what wrk measures; exit if a response was not 2xx."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    command += ["-H", f"Authorization: {token}"]
    command += [] if script is None else ["-s", str(script)]
    output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    p99 = re.search(r"99%\s+([0-9.]+)(us|ms|s|m)\b", output)
    total = re.search(r"(\d+) requests in", output)
    if rate is None or p99 is None or total is None or total[1] == "0" or "Non-2xx" in output:
        sys.exit(f"wrk on {url}:\n{output}")
    return Load(float(rate[1]), float(p99[1]) * UNIT_MILLISECONDS[p99[2]], int(total[1]))


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
