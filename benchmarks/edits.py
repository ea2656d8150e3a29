"""Measure requests about edited lists: what they cost must depend neither on the number of lists nor on that of leads.

For a growing number of lists in one account, a lead is changed by its id. For a growing number of leads that clients
added to one list, the list is read after one more lead was added: its headers, a search by phone number, and its body.
All requests are in process. Reported are the medians.

    python benchmarks/edits.py [--lists 1 100 5000] [--leads 1000 10000 100000] [--rounds 15]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from smartflo_contract.mock_server import create_app

ACCOUNT = {"Authorization": "benchmark"}
FIRST_NUMBER = 5_550_000_000


def send(client: FlaskClient, method: str, path: str, body: Any = None) -> Any:
    """Send a request that must succeed, and return the response with its body unread."""
    response = client.open(path, method=method, json=body, headers=ACCOUNT, buffered=False)
    if response.status_code not in {200, 201}:
        sys.exit(f"{method} {path}: {response.status}")
    return response


def median_ms(rounds: int, request: Callable[[], Any], prepare: Callable[[], Any] = lambda: None) -> float:
    """Return the median time of a request with its body in milliseconds."""
    times = []
    for _ in range(rounds):
        prepare()
        start = time.perf_counter()
        sum(map(len, request().response))
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1_000


def change_by_id(lists: int, rounds: int) -> float:
    """Return the time to change a lead by its id in an account with many lists."""
    client = create_app().test_client()
    for _ in range(lists):
        made = send(client, "POST", "/__admin/lists", {"name": "Benchmark", "size": 1}).get_json()
    (lead,) = send(client, "GET", f"/v1/broadcast/leads/{made['id']}").get_json()
    path = f"/v1/broadcast/lead/{lead['lead_id']}"
    return median_ms(rounds, lambda: send(client, "PUT", path, {"field_1": "Asha"}))


def read_after_adding(leads: int, rounds: int) -> tuple[float, ...]:
    """Return the times of HEAD, of a search by phone number, and of GET, each after one more lead was added."""
    client = create_app().test_client()
    made = send(client, "POST", "/__admin/lists", {"name": "Benchmark", "size": 0}).get_json()
    rows = [{"field_0": FIRST_NUMBER + number} for number in range(leads)]
    path = f"/v1/broadcast/leads/{made['id']}"
    send(client, "POST", path, {"data": rows, "duplicate_option": "clone"})

    def add() -> None:
        send(client, "POST", f"/v1/broadcast/lead/{made['id']}", {"field_0": FIRST_NUMBER, "duplicate_option": "clone"})

    return tuple(
        median_ms(rounds, lambda method=method, query=query: send(client, method, path + query), add)
        for method, query in (("HEAD", ""), ("GET", f"?number={FIRST_NUMBER + 1}"), ("GET", ""))
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lists", type=int, nargs="+", default=[1, 100, 5_000])
    parser.add_argument("--leads", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    for lists in options.lists:
        print(f"{lists:,} lists: PUT of a lead {change_by_id(lists, options.rounds):.2f} ms")
    for leads in options.leads:
        head, search, body = read_after_adding(leads, options.rounds)
        print(f"{leads:,} added leads, one more: HEAD {head:.2f} ms, ?number= {search:.2f} ms, GET {body:.1f} ms")


if __name__ == "__main__":
    main()
