"""What does the next read of a long list cost after one lead was added, changed or deleted?

The leads are fixed, added by a client, or generated. Each list is read in process, where only the fake works, and over
a socket. The limit there is a bare WSGI function that streams the same bytes in chunks, under the same server: the
client and the kernel take most of the time. Reported are the medians.

    python benchmarks/reread.py [--leads 100000] [--rounds 9]
"""

import argparse
import json
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import requests
from edits import ACCOUNT, FIRST_NUMBER
from serve import constant, fake

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.schemas import load_contract

FIXED, ADDED, GENERATED = 20_001, 20_002, 20_003
LISTS = {"fixed": FIXED, "added": ADDED, "generated": GENERATED}

Send = Callable[[str, str, Any], bytes]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = write_config(Path(folder), options.leads)
        client = create_app(Config.from_file(config)).test_client()

        def send(method: str, path: str, body: Any = None) -> bytes:
            return client.open(path, method=method, json=body, headers=ACCOUNT).data

        def read(path: str) -> None:
            sum(map(len, client.get(path, headers=ACCOUNT, buffered=False).response))

        measure("in process", options, send, read)
        with fake("--config", str(config)) as url:
            measure("socket", options, partial(send_to, url), lambda path: read_from(url + path))
        with constant("stream_app", config.with_name("fixed.json")) as url:
            figure = median_ms(options.rounds, lambda: None, lambda: read_from(f"{url}/"))
    print(f"limit      {options.leads:,} leads from a bare WSGI function: {figure:.1f} ms")


def write_config(folder: Path, leads: int) -> Path:
    """Write a configuration with a fixed list, and return its path."""
    writer = LeadWriter(ListDefinition(FIXED, size=leads), load_contract())
    (folder / "fixed.json").write_bytes(b"".join(writer.chunks()))
    config = folder / "config.toml"
    config.write_text(f'[[lists]]\nid = {FIXED}\nleads_file = "fixed.json"\n')
    return config


def measure(way: str, options: argparse.Namespace, send: Send, read: Callable[[str], None]) -> None:
    """Print a line for each list."""
    rows = [{"field_0": FIRST_NUMBER + number} for number in range(options.leads)]
    send("PUT", f"/__admin/lists/{ADDED}", {"name": "Added", "size": 0})
    send("POST", f"/v1/broadcast/leads/{ADDED}", {"data": rows, "duplicate_option": "clone"})
    send("PUT", f"/__admin/lists/{GENERATED}", {"name": "Generated", "size": options.leads})
    for name, list_id in LISTS.items():
        times = measure_list(options.rounds, list_id, send, read)
        figures = ", ".join(f"{edit} {figure:.1f} ms" for edit, figure in times.items())
        print(f"{way:10} {options.leads:,} {name:9} leads: {figures}", flush=True)


def measure_list(rounds: int, list_id: int, send: Send, read: Callable[[str], None]) -> dict[str, float]:
    """Return the time of the next read by kind of edit."""
    path = f"/v1/broadcast/leads/{list_id}"
    ids = [lead["lead_id"] for lead in json.loads(send("GET", path, None))]
    middle = (f"/v1/broadcast/lead/{lead_id}" for lead_id in ids[len(ids) // 2 :])
    new = {"field_0": FIRST_NUMBER, "duplicate_option": "clone"}
    edits: dict[str, Callable[[], object]] = {
        "added": lambda: send("POST", f"/v1/broadcast/lead/{list_id}", new),
        "changed": lambda: send("PUT", next(middle), {"field_1": "Asha"}),
        "deleted": lambda: send("DELETE", next(middle), None),
    }
    return {edit: median_ms(rounds, make, lambda: read(path)) for edit, make in edits.items()}


def median_ms(rounds: int, prepare: Callable[[], object], read: Callable[[], None]) -> float:
    """Return the median time of a read in milliseconds; the preparation before each is not timed."""
    times = []
    for _ in range(rounds):
        prepare()
        start = time.perf_counter()
        read()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1_000


def send_to(url: str, method: str, path: str, body: Any) -> bytes:
    """Send a request that must succeed to a server, and return the body of the response."""
    response = requests.request(method, url + path, json=body, headers=ACCOUNT, timeout=120)
    response.raise_for_status()
    return response.content


def read_from(url: str) -> None:
    """Read a response from a socket and drop it; an HTTP client would add the time to decode chunks."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    buffer = bytearray(1 << 20)
    with socket.create_connection((name, int(port))) as connection:
        head = f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {ACCOUNT['Authorization']}\r\n"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        while connection.recv_into(buffer):
            pass


if __name__ == "__main__":
    main()
