"""The guard of a test: which requests may reach the vendor's hosts while it runs. Imports pytest only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from smartflo_contract.pytest_plugin._live_runs import guard_live_test, is_live

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import pytest

_FIXTURES_WITH_FAKE: Final = frozenset({"smartflo", "smartflo_intercept", "smartflo_server"})


def guard_test(item: pytest.Item) -> AbstractContextManager[None]:
    """Return the context in which a test and its fixtures run.

    A live test only reads. A test with a fake sends nothing to the vendor's hosts. Other tests are not restricted.
    """
    if is_live(item):
        return guard_live_test(item)
    if _FIXTURES_WITH_FAKE.isdisjoint(getattr(item, "fixturenames", ())):
        return contextlib.nullcontext()
    from smartflo_contract.pytest_plugin._interception import block_vendor_hosts  # noqa: PLC0415 - slow to import

    return block_vendor_hosts()
