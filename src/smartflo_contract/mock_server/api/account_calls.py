"""The calls of an account, as live calls and call records have them."""

from collections.abc import Iterator
from typing import NamedTuple

from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.calls.agents import find_agent
from smartflo_contract.mock_server.calls.call_record import CallRecord
from smartflo_contract.mock_server.calls.click_to_call import record_of


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


def started_calls(account: Account, seed: int, now_ms: int) -> list[AccountCall]:
    """Return the calls that have started, the newest first.

    Args:
        account: the account, opened for reading.
        seed: seed of the fake.
        now_ms: the time on the account's clock, in epoch ms.
    """
    calls = [call for call in _made_calls(account, seed, now_ms) if call.record.start_ms <= call.now_ms]
    return sorted(calls, key=lambda call: (call.record.start_ms, call.record.call_id), reverse=True)


def _made_calls(account: Account, seed: int, now_ms: int) -> Iterator[AccountCall]:
    """Yield the calls that clients made."""
    for call in account.calls:
        yield AccountCall(record_of(seed, call, call.started_ms), now_ms)


def has_agent(seed: int, record: CallRecord, name: str) -> bool:
    """Return whether a call has the agent that a client names by id, extension, intercom or phone number."""
    if name == record.agent or (last_digits(name) and last_digits(name) == last_digits(record.agent)):
        return True
    agent = find_agent(seed, name)
    return agent is not None and agent == find_agent(seed, record.agent)


def has_number(number: str, names: str) -> bool:
    """Return whether a phone number is one of some with commas between them. The last ten digits count."""
    return last_digits(number) in {last_digits(name) for name in names.split(",")}
