"""What do an advance, a read at a new instant and the same read again cost of a list that a broadcast dials?

The advance is by a day, of a list of 100,000 leads without webhooks. Reads are of 10,000 leads in process, in turns
with reads of a list that nobody dials, whose leads are generated each time too. Memory is that of the process after
each advance, with all leads read. Reported are the medians.

    python benchmarks/dialling.py [--leads 10000] [--rounds 9]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import psutil
from flask.testing import FlaskClient

from smartflo_contract.mock_server import create_app

SIZES = 910_000_000
"""Magic ids of lists: this plus their number of leads."""
LONG_LEADS = 100_000
DAY_SECONDS = 86_400
ACCOUNT = {"Authorization": "benchmark"}
ALL_STATUSES = [1, 2, 3, 4, 6, 7, 8]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    client = create_app().test_client()
    dial(client, SIZES + LONG_LEADS, [1])
    advances = [milliseconds(lambda: advance(client)) for _ in range(options.rounds)]
    print(f"advance    by a day, {LONG_LEADS:,} leads: {statistics.median(advances):.2f} ms")
    for name, statuses in (("new leads", [1]), ("all leads", ALL_STATUSES)):
        measure_reads(name, statuses, options.leads, options.rounds)
    measure_memory(options.rounds)


def measure_reads(name: str, statuses: list[int], leads: int, rounds: int) -> None:
    """Print what reads of a dialled list take, compared with a list that nobody dials."""
    client, still_id = create_app().test_client(), SIZES + leads + 1
    list_id = SIZES + leads
    still, dialled, cached = [], [], []
    dial(client, list_id, statuses)
    first = milliseconds(lambda: read(client, list_id))
    for _ in range(rounds):
        advance(client, seconds=600)
        other = create_app().test_client()  # which has no cached body
        still.append(milliseconds(partial(read, other, still_id)))
        dialled.append(milliseconds(lambda: read(client, list_id)))
        cached.append(milliseconds(lambda: read(client, list_id)))
    ratio = statistics.median(new / old for new, old in zip(dialled, still, strict=True))
    print(
        f"reads      {leads:,} leads, {name} dialled: {statistics.median(dialled):.0f} ms at a new instant, "
        f"{ratio:.2f} times the still list ({min(dialled) / max(still):.2f} to {max(dialled) / min(still):.2f}); "
        f"first {first:.0f} ms, again {statistics.median(cached):.1f} ms"
    )


def measure_memory(rounds: int) -> None:
    """Print the memory of this process after the first read and after the last one."""
    client, list_id, process = create_app().test_client(), SIZES + LONG_LEADS, psutil.Process()
    dial(client, list_id, [1])
    sizes = []
    for _ in range(rounds):
        advance(client, seconds=3_600)
        read(client, list_id)
        sizes.append(process.memory_info().rss / 2**20)
    print(
        f"memory     {LONG_LEADS:,} leads: {sizes[0]:.0f} MiB after the first read, {sizes[-1]:.0f} MiB after {rounds}"
    )


def dial(client: FlaskClient, list_id: int, statuses: list[int]) -> None:
    """Start a broadcast."""
    body = {"list_id": list_id, "concurrent_limit": 100, "number_of_retry": 2, "dialstatus": statuses}
    assert client.post("/__admin/broadcasts", json=body, headers=ACCOUNT).status_code == 201


def advance(client: FlaskClient, seconds: int = DAY_SECONDS) -> None:
    """Advance the clock."""
    assert client.patch("/__admin/clock", json={"advance": seconds}, headers=ACCOUNT).status_code == 200


def read(client: FlaskClient, list_id: int) -> None:
    """Read a list."""
    response = client.get(f"/v1/broadcast/leads/{list_id}", headers=ACCOUNT, buffered=False)
    assert response.status_code == 200
    for _ in response.response:
        pass


def milliseconds(action: Callable[[], object]) -> float:
    """Return what an action takes."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1_000


if __name__ == "__main__":
    main()
