"""The memory that the journal occupies."""

import tracemalloc

from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.journal.memory_journal import MemoryJournal


def test_full_journal_stays_within_maximum_size() -> None:
    """A full journal occupies at most its maximum size, and at least half of it."""
    max_bytes = 2 * 1024 * 1024
    journal = MemoryJournal(10**6, max_bytes)
    tracemalloc.start()
    for number in range(10_000):
        journal.add(f"{number % 100:012x}", dump_compact([number, "GET", f"/v1/broadcast/leads/{number}", "x" * 200]))
    used_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert journal.dropped(None) > 0
    assert max_bytes / 2 < used_bytes < max_bytes
