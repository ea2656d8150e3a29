"""What does value coverage cost: suites of examples, reads of cached lists, the cells of leads, the HTML report?

Everything runs with and without coverage in turns, and is measured in processor time, except that cached lists are read
through the socket under `wrk -t1 -c16` (Debian package `wrk`) as well as in process. A suite is a process of its own.
Quote the ratios, not the rates.

    python benchmarks/coverage.py [--rounds 5] [--seconds 3] [--sizes 1 100 10000]
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.append(sys.path.pop(0))  # this folder goes last: it has a file with the name of the library

import plugin
import requests
import serve
from load_options import load_options
from werkzeug.test import EnvironBuilder

from smartflo_contract.coverage import Recorder, Recording, contract_cells
from smartflo_contract.coverage.reports import write_html
from smartflo_contract.coverage.service_cells import service_cells
from smartflo_contract.factories import lead_list
from smartflo_contract.mock_server import create_app
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.profile_names import PROFILES

EXAMPLES = Path(__file__).parents[1] / "examples"
SUITES = ("crm_sync", "lead_poller")
MAX_SUITE_RATIO = 1.1
MIN_RATE_RATIO = 0.9
MIN_LEADS_PER_SECOND = 100_000
MAX_HTML_SECONDS = 2
LEADS = 10_000
TESTS = 200
"""Contexts in the HTML report."""
OFF, ON = "off", "on"


def turns(rounds: int, runs: dict[str, Callable[[], float]]) -> tuple[dict[str, float], float]:
    """Return the median of each run, and the median ratio of the second one to the first one; they run in turns."""
    results: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(runs)[:: 1 if number % 2 else -1]:
            results[name].append(runs[name]())
    first, second = results.values()
    ratio = statistics.median(after / before for before, after in zip(first, second, strict=True))
    return {name: statistics.median(values) for name, values in results.items()}, ratio


def time_suite(folder: Path, *options: str) -> float:
    """Return the processor time of a suite in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", *options]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare_suites(rounds: int) -> None:
    """Print what coverage adds to the suites of examples."""
    for name in SUITES:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copytree(EXAMPLES / name, Path(folder) / name))
            runs = {OFF: lambda: time_suite(copy), ON: lambda: time_suite(copy, "--smartflo-coverage")}  # noqa: B023
            seconds, ratio = turns(rounds, runs)
        print(f"suite of {name}: {seconds[OFF]:.2f} s, {seconds[ON]:.2f} s; x{ratio:.2f}, maximum {MAX_SUITE_RATIO}")


@contextmanager
def fake(*options: str) -> Iterator[str]:
    """Run the command, and yield its URL."""
    command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        if process.stdout is None:
            raise RuntimeError
        yield serve.wait_until_ready(process.stdout.readline().strip())
        process.terminate()


def compare_sockets(size: int, rounds: int, seconds: int) -> None:
    """Print the requests per second of a cached list through the socket."""
    path = f"/v1/broadcast/leads/{910_000_000 + size}"
    with tempfile.TemporaryDirectory() as folder, fake() as off, fake("--coverage", f"{folder}/data") as on:
        for url in (off, on):
            requests.get(url + path, headers=serve.TOKEN, timeout=60).raise_for_status()
            serve.load(url + path, 1)
        runs = {OFF: lambda: serve.load(off + path, seconds).rate, ON: lambda: serve.load(on + path, seconds).rate}
        rates, ratio = turns(rounds, runs)
    print(f"socket, {size:,} leads: {rates[OFF]:,.0f}/s, {rates[ON]:,.0f}/s; x{ratio:.2f}, minimum {MIN_RATE_RATIO}")


def reader(size: int, observer: Recorder | None) -> Callable[[], float]:
    """Return a function that returns the requests per second of a cached list in process, without a client."""
    app = create_app(observer=observer)
    environ = EnvironBuilder(f"/v1/broadcast/leads/{910_000_000 + size}", headers=serve.TOKEN).get_environ()

    def rate() -> float:
        count, start = 0, time.process_time()
        while (passed := time.process_time() - start) < 1:
            for _ in range(50):
                statuses: list[str] = []
                body: Any = app.wsgi_app(dict(environ), lambda status, _, got=statuses: got.append(status))
                for _ in body:
                    pass
                getattr(body, "close", int)()
                if statuses != ["200 OK"]:
                    sys.exit(f"in process: {statuses}")
            count += 50
        return count / passed

    return rate


def compare_in_process(size: int, rounds: int) -> None:
    """Print the requests per second of a cached list in process."""
    rates, ratio = turns(rounds, {OFF: reader(size, None), ON: reader(size, Recorder())})
    print(
        f"in process, {size:,} leads: {rates[OFF]:,.0f}/s, {rates[ON]:,.0f}/s; x{ratio:.2f}, minimum {MIN_RATE_RATIO}"
    )


def measure_cells(rounds: int) -> None:
    """Print how many leads per second have their cells found."""
    for profile in PROFILES:
        cells = contract_cells(load_contract(profile)).leads
        leads = lead_list(0, 8668, LEADS, profile=profile)
        times = []
        for _ in range(rounds):
            start = time.process_time()
            cells.leads_mask(leads)
            times.append(time.process_time() - start)
        rate = LEADS / statistics.median(times)
        print(f"cells of {LEADS:,} leads, {profile}: {rate:,.0f} leads/s, minimum {MIN_LEADS_PER_SECOND:,}")


def measure_html(rounds: int) -> None:
    """Print how long the HTML report of the whole contract takes."""
    cells, recording = contract_cells(load_contract()), Recording()
    for number in range(TESTS):
        recording.add_leads(f"tests/test_client.py::test_{number}", cells, (1 << len(cells.leads.cells)) - 1)
        recording.add_service(f"tests/test_client.py::test_{number}", (1 << len(service_cells().cells)) - 1)
    times = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            write_html(recording, Path(folder))
            times.append(time.process_time() - start)
    print(
        f"HTML of {len(cells.cells)} cells, {TESTS} tests: {statistics.median(times):.2f} s, maximum {MAX_HTML_SECONDS}"
    )


def main() -> None:
    """Measure and print."""
    arguments = load_options(__doc__)
    os.environ.pop("PYTEST_ADDOPTS", None)
    measure_cells(arguments.rounds)
    measure_html(arguments.rounds)
    for size in arguments.sizes:
        compare_in_process(size, arguments.rounds)
        compare_sockets(size, arguments.rounds, arguments.seconds)
    compare_suites(arguments.rounds)
    milliseconds = plugin.time_empty_runs(3 * arguments.rounds)["smartflo"]
    print(f"  with the plugin, coverage off: {milliseconds:+.0f} ms, limit {plugin.MAX_RUN_MILLISECONDS}")


if __name__ == "__main__":
    main()
