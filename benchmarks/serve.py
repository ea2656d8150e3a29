"""How much of a bare Flask view's throughput remains in the fake, at 1, 100 and 10,000 leads?

All three return the same bytes under the same server (granian, one worker, eight threads), in turns, under
`wrk -t1 -c16`. Quote the ratios, not the rates. Needs wrk on the PATH (Debian package `wrk`).

    python benchmarks/serve.py [--rounds 5] [--seconds 3] [--sizes 1 100 10000]
"""

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

import requests
from load_options import load_options

HERE = Path(__file__).parent
TOKEN = {"Authorization": "Bearer benchmark"}


def main() -> None:
    """Measure and print a table for every size."""
    arguments = load_options(__doc__)
    for size in arguments.sizes:
        measure(size, arguments.rounds, arguments.seconds)


def measure(size: int, rounds: int, seconds: int) -> None:
    """Print the table of one size."""
    path = f"/v1/broadcast/leads/{910_000_000 + size}"
    with tempfile.TemporaryDirectory() as folder, fake() as url:
        body = Path(folder) / "body.json"
        body.write_bytes(requests.get(url + path, headers=TOKEN, timeout=60).content)
        with constant("flask_app", body) as flask, constant("wsgi_app", body) as wsgi:
            targets = {"bare Flask view": flask, "the fake": url, "bare WSGI function": wsgi}
            rates: dict[str, list[float]] = {name: [] for name in targets}
            for name, target in targets.items():
                load(target + path, 2)
                rates[name].clear()
            for _ in range(rounds):
                for name, target in targets.items():
                    rates[name].append(load(target + path, seconds))
            print(f"\n{size:,} leads, {body.stat().st_size:,} bytes, {rounds} rounds; median (minimum to maximum)")
            for name, values in rates.items():
                ratios = sorted(
                    rate / flask_rate for rate, flask_rate in zip(values, rates["bare Flask view"], strict=True)
                )
                print(
                    f"{name:20} {statistics.median(values):>9,.0f} requests/s"
                    f"   x{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
                )


def load(url: str, seconds: int) -> float:
    """Return the requests per second of wrk; exit if a response was not 2xx."""
    command = [
        "wrk",
        "-t1",
        "-c16",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "-H",
        f"Authorization: {TOKEN['Authorization']}",
        url,
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    if found is None or "Non-2xx" in output:
        sys.exit(f"wrk on {url}:\n{output}")
    return float(found[1])


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
