"""DND lists of an account: numbers that must not be called."""

from typing import Final, NamedTuple

ACCOUNT_LIST_ID: Final = 1
"""Id of the DND list that each account has, for requests that name none. Ids of DND lists are a space of their own."""
MAX_ENTRIES: Final = 100_000
"""Maximum number of entries in all DND lists of an account."""
MAX_LISTS: Final = 1_000
"""Maximum number of DND lists of an account."""
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


class DndEntry(NamedTuple):
    """A number on a DND list.

    Attributes:
        number: the last ten digits of the phone number, by which numbers are compared.
        list_id: id of the DND list.
        since_ms: dial time from which it holds, in epoch ms.
        phone: the phone number as leads store it.
        created_ms: when it was added or changed, in epoch ms on the account's clock.
        lead_id: id of the lead that it was added by; empty for a number.
    """

    number: str
    list_id: int
    since_ms: int
    phone: str
    created_ms: int
    lead_id: str = ""


ACCOUNT_LIST: Final = DndList("Account DND")
"""The DND list that each account has, until it is renamed."""


def entry_id(list_id: int, serial: int) -> str:
    """Return the id of an entry: 24 hexadecimal digits, in whose order pages are.

    Args:
        list_id: id of the DND list.
        serial: a number that no other entry of the account has.
    """
    return f"{LIST_BIT | list_id:014x}{serial:010x}"
