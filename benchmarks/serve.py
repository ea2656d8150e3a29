"""How fast is a read of a cached list, compared with a bare WSGI function and a bare Flask view?

At 1, 100 and 10,000 leads, all return the same bytes under the same server (granian, one worker, eight threads), in
turns, under `wrk -t1 -c16`. Quote the ratios, not the rates: each is the median of the rounds. Needs wrk on the PATH
(Debian package `wrk`). Then reads are measured in process: answered before Flask, by Flask, and the first of a list.

    python benchmarks/serve.py [--rounds 5] [--seconds 3] [--sizes 1 100 10000]
"""

import io
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests
from load_options import load_options

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server import Config, create_app

HERE = Path(__file__).parent
TOKEN = {"Authorization": "Bearer benchmark"}
LIMIT = "bare WSGI function"
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}
"""Unit of a time of wrk to its length."""
READS = 5_000
FIRST_READS = 500
LEADS_OF_FIRST_READ = 100


class Load(NamedTuple):
    """What wrk measured.

    Attributes:
        rate: requests per second.
        p99: time in which 99 % of the requests were answered, in milliseconds.
    """

    rate: float
    p99: float


def main() -> None:
    """Measure and print a table for every size, and one of reads in process."""
    arguments = load_options(__doc__)
    for size in arguments.sizes:
        measure(size, arguments.rounds, arguments.seconds)
    measure_in_process(arguments.rounds)


def measure(size: int, rounds: int, seconds: int) -> None:
    """Print the table of one size."""
    path = f"/v1/broadcast/leads/{910_000_000 + size}"
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text("journal_requests = 0\n")
        body = Path(folder) / "body.json"
        with fake() as url, fake("--config", str(config)) as without_journal:
            body.write_bytes(requests.get(url + path, headers=TOKEN, timeout=60).content)
            with constant("flask_app", body) as flask, constant("wsgi_app", body) as wsgi:
                targets = {
                    LIMIT: wsgi,
                    "the fake": url,
                    "the fake, no journal": without_journal,
                    "bare Flask view": flask,
                }
                for target in targets.values():
                    load(target + path, 2)
                results: dict[str, list[Load]] = {name: [] for name in targets}
                for _ in range(rounds):
                    for name, target in targets.items():
                        results[name].append(load(target + path, seconds))
        size_of_body = body.stat().st_size
    print(f"\n{size:,} leads, {size_of_body:,} bytes, {rounds} rounds; medians, in brackets ratios to the {LIMIT}")
    for name, values in results.items():
        rate, p99 = (statistics.median(column) for column in zip(*values, strict=True))
        ratios = [
            sorted(value[field] / limit[field] for value, limit in zip(values, results[LIMIT], strict=True))
            for field in range(len(Load._fields))
        ]
        rate_ratio, p99_ratio = map(statistics.median, ratios)
        print(
            f"{name:21} {rate:>9,.0f} requests/s (x{rate_ratio:.2f}, {ratios[0][0]:.2f} to {ratios[0][-1]:.2f})"
            f"   p99 {p99:>8.2f} ms (x{p99_ratio:.2f})"
        )


def measure_in_process(rounds: int) -> None:
    """Print the processor time of one read in process, in microseconds: before Flask, by Flask, without journal."""
    print(f"\nin process, {rounds} rounds of {READS:,} reads of 25 leads; medians")
    for journal_requests in (10_000, 0):
        before_flask, by_flask = (create_app(Config(journal_requests=journal_requests)) for _ in range(2))
        by_flask.after_request(lambda response: response)  # with such a function, Flask handles all requests
        apps = {"before Flask": before_flask, "by Flask": by_flask}
        times: dict[str, list[float]] = {name: [] for name in apps}
        for _ in range(rounds + 1):
            for name, app in apps.items():
                times[name].append(read_time(app))
        for name, values in times.items():
            print(f"{name:12}, journal {'on ' if journal_requests else 'off'} {statistics.median(values[1:]):>6.1f} us")

    times_of_first = [time_of_first_read() for _ in range(rounds + 1)][1:]
    print(f"first read of {LEADS_OF_FIRST_READ} leads      {statistics.median(times_of_first):>6.1f} us")


def time_of_first_read() -> float:
    """Return the median of the processor time of reads of lists that were never read, in microseconds."""
    ids = range(20_000_000, 20_000_000 + FIRST_READS)
    app = create_app(Config(lists=tuple(ListDefinition(id_, size=LEADS_OF_FIRST_READ) for id_ in ids)))
    times = []
    for id_ in ids:
        environ = environ_of(id_)
        start = time.thread_time()
        b"".join(app(environ, lambda _status, _headers, _error=None: None))
        times.append((time.thread_time() - start) * 1e6)
    return statistics.median(times)


def read_time(app: Any) -> float:
    """Return the processor time of a read of a cached list, in microseconds."""
    environ = environ_of(8668)
    start = time.thread_time()
    for _ in range(READS):
        b"".join(app(dict(environ), lambda _status, _headers, _error=None: None))
    return (time.thread_time() - start) / READS * 1e6


def environ_of(list_id: int) -> dict[str, Any]:
    """Return the WSGI environment of a read."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/v1/broadcast/leads/{list_id}",
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8080",
        "HTTP_AUTHORIZATION": TOKEN["Authorization"],
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }


def load(url: str, seconds: int) -> Load:
    """Return what wrk measured; exit if a response was not 2xx."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", "--timeout", "30s"]
    command += ["-H", f"Authorization: {TOKEN['Authorization']}", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    p99 = re.search(r"99%\s+([0-9.]+)(us|ms|s|m)", output)
    if rate is None or p99 is None or "Non-2xx" in output:
        sys.exit(f"wrk on {url}:\n{output}")
    return Load(float(rate[1]), float(p99[1]) * MILLISECONDS[p99[2]])


@contextmanager
def fake(*arguments: str) -> Iterator[str]:
    """Run the fake with more arguments, and yield its URL."""
    command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        if process.stdout is None:
            raise RuntimeError
        yield wait_until_ready(process.stdout.readline().strip())
        process.terminate()


@contextmanager
def constant(app: str, body: Path) -> Iterator[str]:
    """Run one of the limits, and yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--http", "1", "--no-ws", "--blocking-threads", "8", "--log-level", "error", f"constant:{app}"]
    with subprocess.Popen(command, cwd=HERE, env=os.environ | {"BODY": str(body)}) as process:
        yield wait_until_ready(f"http://127.0.0.1:{port}")
        process.terminate()


def wait_until_ready(url: str) -> str:
    """Return a URL when a server answers there."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            requests.get(f"{url}/v1/broadcast/leads/1", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return url
    sys.exit(f"no server answers at {url}")


if __name__ == "__main__":
    main()
