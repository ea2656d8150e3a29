"""The interface of journals: the last requests and their responses."""

from collections.abc import Callable, Iterator
from threading import BoundedSemaphore
from typing import Final, Protocol

from smartflo_contract.mock_server.journal.entry import JournalEntry

MAX_WAITS: Final = 4
"""Maximum number of concurrent waits: each holds one of the eight threads of a worker."""
MAX_DROP_COUNTS: Final = 10_000
"""Maximum number of accounts with a count of dropped requests of their own."""
RECORD_OVERHEAD_BYTES: Final = 256
"""Memory that Python needs for a record besides its encoded entry; measured and rounded up."""


DELIVERIES_PREFIX: Final = "webhooks:"
"""What the account ids of deliveries begin with, in a journal that keeps them beside requests."""


class Journal(Protocol):
    """Keeps the last requests, bounded in number and in bytes, and drops the oldest beyond a bound.

    Attributes:
        waits: limits concurrent waits; a caller acquires it before :meth:`wait`.
    """

    waits: BoundedSemaphore

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""

    def close(self) -> None:
        """Store what is not stored yet, and release connections. The journal can be used again."""

    def __bool__(self) -> bool:
        """Return whether the journal keeps requests."""

    def add(self, account_id: str | None, encoded: bytes) -> int:
        """Keep an encoded entry, and return its id. Ids are unique, and rise with time.

        It never raises ``StoreUnavailable``: what cannot be stored now is stored later. So the response that states
        such an error can be added, too.
        """

    def sync(self) -> int:
        """Wait until the journal has every request that any process answered before. A reader calls it first.

        Returns:
            an id up to which all requests are there. Of later ones, some may be there while earlier ones are missing:
            a reader that continues after the last id that it has read must not read beyond this one.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def after(self, last_id: int, account_id: str | None) -> Iterator[JournalEntry]:
        """Yield the entries after an id, oldest first.

        Args:
            last_id: id of a request; 0 for all.
            account_id: account whose requests to yield; ``None`` for all accounts.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def oldest(self, account_id: str | None) -> int | None:
        """Return the id of the oldest request that is kept, ``None`` if there is none.

        Args:
            account_id: account whose request to return; ``None`` for all accounts.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def dropped(self, account_id: str | None) -> int:
        """Return the number of dropped requests.

        Args:
            account_id: account whose requests to count; ``None`` for all accounts. The number of one account is an
                upper bound, because exact numbers are kept for 10,000 accounts only.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def forget(self, account_id: str | None) -> None:
        """Delete the requests of an account, or of all accounts for ``None``.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def wait(
        self,
        last_id: int,
        account_id: str | None,
        matches: Callable[[JournalEntry], bool],
        *,
        count: int,
        timeout_seconds: float,
    ) -> bool:
        """Wait until enough entries match; return whether they do.

        Args:
            last_id: id of a request, after which requests count; 0 for all.
            account_id: account whose requests count; ``None`` for all accounts.
            matches: returns whether an entry counts.
            count: number of entries that must match.
            timeout_seconds: maximum time to wait.

        Raises:
            StoreUnavailable: the database does not answer.
        """
