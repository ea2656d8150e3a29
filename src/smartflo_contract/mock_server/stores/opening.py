"""Open the store that a configuration names."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from smartflo_contract.mock_server.accounts.memory_store import MemoryStore
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.accounts.store_snapshot import lists_digest
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.store_url import StoreUrl, parse_store_url
from smartflo_contract.mock_server.errors import StoreError
from smartflo_contract.mock_server.journal.delivery_log import DeliveryLog
from smartflo_contract.mock_server.journal.journal import DELIVERIES_PREFIX
from smartflo_contract.mock_server.journal.memory_journal import MemoryJournal

if TYPE_CHECKING:
    from smartflo_contract.mock_server.accounts.store import Store
    from smartflo_contract.mock_server.journal.journal import Journal
    from smartflo_contract.mock_server.stores.engine import Database


class OpenedStore(NamedTuple):
    """A store that is open.

    Attributes:
        accounts: stores accounts.
        journal: keeps the last requests.
        deliveries: keeps what webhooks sent last.
        clock: returns the wall clock, in seconds since the epoch.
    """

    accounts: "Store"
    journal: "Journal"
    deliveries: DeliveryLog
    clock: Callable[[], float]


def open_store(
    config: Config, catalogs: Catalogs, clock: Callable[[], float], *, is_prepared: bool = False
) -> OpenedStore:
    """Return the store of a fake.

    Args:
        config: the configuration of the fake.
        catalogs: the lists of the fake.
        clock: returns the wall clock of this machine, in seconds since the epoch.
        is_prepared: whether another process has prepared the database, so that it need not answer now.

    Raises:
        StoreError: the database cannot be opened, or belongs to another fake, or a library is not installed.
    """
    if config.store is None:
        # With several workers, each journal would have the requests of one worker only.
        requests = config.journal_requests if config.workers == 1 else 0
        journal, deliveries = (MemoryJournal(requests, config.journal_bytes) for _ in range(2))
        return OpenedStore(MemoryStore(config.max_accounts), journal, DeliveryLog(deliveries), clock)
    database = _open_database(config.store, catalogs, is_prepared=is_prepared)
    from smartflo_contract.mock_server.stores.database_clock import DatabaseClock  # noqa: PLC0415 - an extra
    from smartflo_contract.mock_server.stores.sql_journal import SqlJournal  # noqa: PLC0415 - an extra
    from smartflo_contract.mock_server.stores.sql_store import SqlStore  # noqa: PLC0415 - an extra

    shared_clock = DatabaseClock(database, clock) if database.url.dialect == "postgresql" else clock
    shared_journal = SqlJournal(database, config.journal_requests, config.journal_bytes)
    store = SqlStore(database, catalogs, config.max_accounts)
    return OpenedStore(store, shared_journal, DeliveryLog(shared_journal, DELIVERIES_PREFIX), shared_clock)


def prepare_store(config: Config, catalogs: Catalogs) -> None:
    """Create the tables of the store of a fake, or check that they are those of this fake, before its workers start.

    Raises:
        StoreError: the database cannot be opened, or belongs to another fake, or a library is not installed.
    """
    if config.store is not None:
        _open_database(config.store, catalogs).close()


def _open_database(store: str, catalogs: Catalogs, *, is_prepared: bool = False) -> "Database":
    url = require_libraries(store)
    from smartflo_contract.mock_server.stores.engine import Database  # noqa: PLC0415 - an extra

    return Database(url, None if is_prepared else lists_digest(catalogs), is_prepared=is_prepared)


def require_libraries(store: str) -> StoreUrl:
    """Return what the URL of a store says, if the library for stores is installed.

    Raises:
        ConfigError: it is no such URL.
        StoreError: the library is not installed.
    """
    url = parse_store_url(store)
    if find_spec("sqlalchemy") is None:
        message = f'store {url.masked}: SQLAlchemy is not installed; run `pip install "smartflo-contract[stores]"`'
        raise StoreError(message)
    return url
