"""DND lists of an account: numbers that must not be called."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from hashlib import blake2b
from typing import Final, NamedTuple

ACCOUNT_LIST_ID: Final = 1
"""Id of the DND list that each account has, for requests that name none. Ids of DND lists are a space of their own."""
MAX_ENTRIES: Final = 100_000
"""Maximum number of entries in all DND lists of an account."""
MAX_FORMER: Final = 100_000
"""Maximum number of entries that were deleted or changed while calls depended on them."""
MAX_LISTS: Final = 1_000
"""Maximum number of DND lists of an account."""
_MAX_CACHED_LISTS: Final = 16
ADDED_BY: Final = 3_735
"""Client id of the account in ``added_by``, as in the leads of the vendor's example."""
LIST_BIT: Final = 1 << 55
"""Set in the list part of the id of an entry. No id of a lead list has it, so these entries come after the leads."""


class DndList(NamedTuple):
    """A DND list.

    Attributes:
        name: its name.
        description: its purpose.
        updated_ms: when it was created or changed, in epoch ms on the account's clock.
    """

    name: str
    description: str = ""
    updated_ms: int = 0


class Instant(NamedTuple):
    """An instant in the history of an account. Several requests may be made at one dial time, one after the other.

    Attributes:
        dial_ms: the dial time, in epoch ms.
        serial: number of the request at that time; 0 for what happened as the time came.
    """

    dial_ms: int
    serial: int


class DndEntry(NamedTuple):
    """A number on a DND list.

    Attributes:
        number: the last ten digits of the phone number, by which numbers are compared.
        list_id: id of the DND list.
        since_ms: dial time from which it holds, in epoch ms.
        phone: the phone number as leads store it.
        created_ms: when it was added or changed, in epoch ms on the account's clock.
        lead_id: id of the lead that it was added by; empty for a number.
        serial: number of the request that added or changed it; 0 in snapshots of earlier versions.
    """

    number: str
    list_id: int
    since_ms: int
    phone: str
    created_ms: int
    lead_id: str = ""
    serial: int = 0


class FormerEntry(NamedTuple):
    """A number that was on a DND list, while broadcasts did not call it.

    Attributes:
        number: the last ten digits of the phone number.
        since_ms: dial time from which it was, in epoch ms.
        since_serial: number of the request that put it on the list.
        until_ms: dial time from which it was not.
        until_serial: number of the request that took it from the list.
    """

    number: str
    since_ms: int
    since_serial: int
    until_ms: int
    until_serial: int


class DndHistory:
    """Which numbers were on DND lists at which instants.

    Args:
        entries: the entries of all DND lists.
        former: entries that were deleted or changed.
    """

    def __init__(self, entries: Iterable[DndEntry], former: Iterable[FormerEntry]) -> None:
        """Collect the intervals of each number."""
        self._spans: dict[str, list[tuple[Instant, Instant | None]]] = {}
        self._found: dict[str, Mapping[int, str]] = {}
        for number, since_ms, since_serial, until_ms, until_serial in former:
            span = (Instant(since_ms, since_serial), Instant(until_ms, until_serial))
            self._spans.setdefault(number, []).append(span)
        for entry in entries:
            since = Instant(entry.since_ms, entry.serial)
            self._spans.setdefault(entry.number, []).append((since, None))

    @property
    def numbers(self) -> Collection[str]:
        """The last ten digits of all numbers."""
        return self._spans.keys()

    @cached_property
    def key(self) -> str:
        """A string that differs if the history differs."""
        return blake2b(repr(sorted(self._spans.items(), key=lambda item: item[0])).encode(), digest_size=16).hexdigest()

    def found_in(self, recipe: str, find: Callable[[Collection[str]], Mapping[int, str]]) -> Mapping[int, str]:
        """Return the leads of a list that have one of the numbers.

        Args:
            recipe: identifies the list.
            find: returns them; it is called the first time.
        """
        if recipe not in self._found:
            if len(self._found) >= _MAX_CACHED_LISTS:
                self._found = {}
            self._found[recipe] = find(self.numbers)
        return self._found[recipe]

    def contains(self, number: str, instant: Instant) -> bool:
        """Return whether a number, by its last ten digits, was on a DND list at an instant."""
        spans = self._spans.get(number, ())
        return any(since < instant and (until is None or instant < until) for since, until in spans)


ACCOUNT_LIST: Final = DndList("Account DND")
"""The DND list that each account has, until it is renamed."""


def entry_id(list_id: int, serial: int) -> str:
    """Return the id of an entry: 24 hexadecimal digits, in whose order pages are.

    Args:
        list_id: id of the DND list.
        serial: a number that no other entry of the account has.
    """
    return f"{LIST_BIT | list_id:014x}{serial:010x}"
