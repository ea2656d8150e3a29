"""What webhooks sent, and what receivers answered: a bounded record beside the journal of requests."""

from collections.abc import Iterator
from typing import Any

from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.journal.entry import JournalEntry
from smartflo_contract.mock_server.journal.journal import Journal


class DeliveryLog:
    """Keeps the last deliveries of all accounts.

    Args:
        journal: keeps the entries.
        prefix: what the account ids of deliveries begin with, if the journal keeps requests as well.
    """

    def __init__(self, journal: Journal, prefix: str = "") -> None:
        """Refer to the journal."""
        self._journal, self._prefix = journal, prefix

    def __bool__(self) -> bool:
        """Return whether deliveries are kept."""
        return bool(self._journal)

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""
        if not self._prefix:
            self._journal.renew_locks()

    def add(self, account_id: str, entry: dict[str, Any]) -> None:
        """Keep a delivery; secrets in it are masked already."""
        self._journal.add(f"{self._prefix}{account_id}", dump_compact(entry))

    def after(self, last_id: int, account_id: str | None) -> Iterator[JournalEntry]:
        """Yield the deliveries after an id, oldest first.

        Args:
            last_id: id of a delivery; 0 for all.
            account_id: account whose deliveries to yield; ``None`` for all accounts.
        """
        self._journal.sync()
        for entry in self._journal.after(last_id, self._key(account_id)):
            yield {**entry, "account": str(entry["account"]).removeprefix(self._prefix)}

    def dropped(self, account_id: str | None) -> int:
        """Return the number of deliveries that are no longer kept, as :meth:`Journal.dropped` does."""
        return self._journal.dropped(self._key(account_id))

    def forget(self, account_id: str | None) -> None:
        """Delete the deliveries of an account, or of all accounts for ``None``."""
        self._journal.forget(self._key(account_id))

    def _key(self, account_id: str | None) -> str | None:
        return account_id if not self._prefix else f"{self._prefix}{account_id or ''}"
