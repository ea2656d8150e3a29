"""What is kept takes the memory that it is said to take."""

import tracemalloc

from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.journal.journal import Journal


def test_the_journals_bytes_are_true() -> None:
    """The memory of a full journal is within its bound."""
    most = 2 * 1024 * 1024
    journal = Journal(10**6, most)
    tracemalloc.start()
    for number in range(10_000):
        journal.add(f"{number % 100:012x}", dump_compact([number, "GET", f"/v1/broadcast/leads/{number}", "x" * 200]))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert journal.dropped(None) > 0
    assert most / 2 < taken < most
