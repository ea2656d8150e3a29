"""The tables of a store. A change of any of them needs another version and a migration from each earlier one."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, MetaData, Table, Text

METADATA: Final = MetaData()
_PREFIX: Final = "smartflo_"
_ID: Final = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers the rows of a table by its primary key if that is of this very type."""

META: Final = Table(
    f"{_PREFIX}meta",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about the store itself: product, version of these tables, digest of the lists, and counters."""

ACCOUNTS: Final = Table(
    f"{_PREFIX}accounts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("incarnation", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),
    Column("has_faults", Boolean, nullable=False),
    Column("fault_counts", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("batches", Integer, nullable=False),
    Column("written_at", Double, nullable=False),
)
"""Accounts that differ from their initial state.

``incarnation`` is a random number that differs after a reset; ``generation`` rises with every write of the account.
``settings``, ``fault_counts`` and ``content``, which is the rest, are JSON, or empty for what is in its initial state.
``has_faults`` is whether the account has fault rules of its own; ``batches`` is the number of its bulk requests;
``written_at`` is in seconds since the epoch.
"""

LISTS: Final = Table(
    f"{_PREFIX}lists",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("list_id", _ID, primary_key=True, autoincrement=False),
    Column("key", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("is_fixture", Boolean, nullable=False),
    Column("next_index", BigInteger, nullable=False),
)
"""Edited lists.

``key`` is a random number that differs after the list is replaced; ``content`` is JSON: definition and description;
``is_fixture`` is whether the edits are over the leads of a list with fixed leads, and not over generated ones;
``next_index`` is the index of the next lead that a client adds.
"""

LEADS: Final = Table(
    f"{_PREFIX}leads",
    METADATA,
    Column("list_key", BigInteger, primary_key=True, autoincrement=False),
    Column("lead_index", BigInteger, primary_key=True, autoincrement=False),
    Column("generation", BigInteger, nullable=False),
    Column("lead", LargeBinary),
    Index(f"{_PREFIX}leads_by_generation", "list_key", "generation"),
)
"""Edited leads: compact JSON, NULL for a deleted lead. Leads that nobody edited are generated, never stored."""

BATCHES: Final = Table(
    f"{_PREFIX}batches",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("batch_id", Text, primary_key=True),
    Column("generation", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("done_at", Double, nullable=False),
)
"""Bulk requests. In the order of generations and ids, they are in the order in which they came."""

JOURNAL: Final = Table(
    f"{_PREFIX}journal",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("account", Text),
    Column("entry", LargeBinary, nullable=False),
)
"""Requests and their responses, encoded by ``journal.entry``."""

JOURNAL_DROPPED: Final = Table(
    f"{_PREFIX}journal_dropped",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("requests", BigInteger, nullable=False),
)
"""Number of requests of an account that the journal no longer has; those of no account under ``-``."""

WORKERS: Final = Table(
    f"{_PREFIX}workers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("barrier", BigInteger, nullable=False),
    Column("seen_at", Double, nullable=False),
)
"""Processes that add to the journal: up to which barrier each has written, and when it was last seen."""

LEASES: Final = Table(f"{_PREFIX}leases", METADATA, Column("id", Text, primary_key=True))
"""Random ids of leases: no account has changed since the row of one was inserted. SQLite needs none."""
