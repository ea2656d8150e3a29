"""The journal in memory: its size, and what it forgets."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.journal.entry import SentResponse, encode_entry
from smartflo_contract.mock_server.journal.journal import RECORD_OVERHEAD_BYTES
from smartflo_contract.mock_server.journal.memory_journal import MemoryJournal

ENTRY = encode_entry({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, None, SentResponse(404, ()), 0)


@pytest.mark.slow
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


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), max_size=60))
def test_forgets_the_requests_of_an_account(steps: list[tuple[bool, str]]) -> None:
    """Deleting the requests of an account leaves those of the others, in order and within both bounds."""
    journal = MemoryJournal(8, 8 * (RECORD_OVERHEAD_BYTES + len(ENTRY)))
    expected: list[tuple[int, str]] = []
    for is_deletion, account_id in steps:
        if is_deletion:
            journal.forget(account_id)
            expected = [entry for entry in expected if entry[1] != account_id]
        else:
            expected = [*expected, (journal.add(account_id, ENTRY), account_id)][-8:]

        assert expected == [(entry["id"], entry["account"]) for entry in journal.after(0, None)]
