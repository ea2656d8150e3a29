"""The calls of an account, as live calls and call records have them."""

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.factories.pools import EPOCH_MS
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.broadcast_calls import BroadcastCalls
from smartflo_contract.mock_server.calls.agents import find_agent
from smartflo_contract.mock_server.calls.call_record import CallRecord
from smartflo_contract.mock_server.calls.click_to_call import record_of
from smartflo_contract.mock_server.lists.catalog import Catalog


class AccountCall(NamedTuple):
    """A call of an account that has started.

    Attributes:
        record: the call.
        now_ms: the time in epoch ms, on the clock that the call follows.
    """

    record: CallRecord
    now_ms: int

    @property
    def is_live(self) -> bool:
        """Whether the call is in progress."""
        return self.now_ms < self.record.end_ms


MAX_BROADCAST_CALLS: Final = 10_000
"""Maximum number of calls of broadcasts in records: the newest ones."""


def started_calls(account: Account, catalog: Catalog, now_ms: int) -> list[AccountCall]:
    """Return the calls that have started, the newest first: those that clients made, then those of broadcasts.

    Args:
        account: the account, opened for reading.
        catalog: the catalog of the account.
        now_ms: the time on the account's clock, in epoch ms.
    """
    broadcasts = _broadcast_calls(account, catalog, EPOCH_MS)
    return [*made_calls(account, catalog.seed, now_ms), *islice(broadcasts, MAX_BROADCAST_CALLS)]


def live_calls(account: Account, catalog: Catalog, now_ms: int) -> list[AccountCall]:
    """Return the calls in progress, the newest first; the arguments are those of :func:`started_calls`."""
    broadcasts = _broadcast_calls(account, catalog, account.dial_ms)
    calls = [*made_calls(account, catalog.seed, now_ms), *broadcasts]
    return [call for call in calls if call.is_live]


def made_calls(account: Account, seed: int, now_ms: int) -> list[AccountCall]:
    """Return the calls that clients made and that have started, the newest first.

    Args:
        account: the account, opened for reading.
        seed: seed of the fake.
        now_ms: the time on the account's clock, in epoch ms.
    """
    records = (record_of(seed, call, call.started_ms) for call in account.calls)
    calls = [AccountCall(record, now_ms) for record in records if record.start_ms <= now_ms]
    return sorted(calls, key=lambda call: (call.record.start_ms, call.record.call_id), reverse=True)


def _broadcast_calls(account: Account, catalog: Catalog, after_ms: int) -> Iterator[AccountCall]:
    """Yield the calls of broadcasts that have started, the newest first, from about an instant of dial time on."""
    now_ms = account.dial_ms
    if account.broadcasts:
        records = BroadcastCalls(account, catalog).records(after_ms, now_ms)
        yield from (AccountCall(record, now_ms) for record in records)


def has_agent(seed: int, record: CallRecord, name: str) -> bool:
    """Return whether a call has the agent that a client names by id, extension, intercom or phone number."""
    if name == record.agent or (last_digits(name) and last_digits(name) == last_digits(record.agent)):
        return True
    agent = find_agent(seed, name)
    return agent is not None and agent == find_agent(seed, record.agent)


def has_number(number: str, names: str) -> bool:
    """Return whether a phone number is one of some with commas between them. The last ten digits count."""
    return last_digits(number) in {last_digits(name) for name in names.split(",")}
