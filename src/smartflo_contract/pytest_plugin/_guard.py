"""The guard: which requests may reach the vendor's hosts, while a test runs and after it. Imports pytest only."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Final

from smartflo_contract.pytest_plugin._live_runs import guard_live_test, is_live
from smartflo_contract.pytest_plugin._settings import fail_setting

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager

    import pytest

_FIXTURES_WITH_FAKE: Final = frozenset({"smartflo", "smartflo_intercept", "smartflo_server"})


def guard_test(item: pytest.Item) -> AbstractContextManager[None]:
    """Return the context in which a test and its fixtures run.

    A live test only reads. A test with a fake sends nothing to the vendor's hosts, and neither does anything after it
    in this process, because :func:`guard_session` holds. Other tests are not restricted.
    """
    if is_live(item):
        return guard_live_test(item)
    if "smartflo_contract.pytest_plugin._http_patches" in sys.modules:
        from smartflo_contract.pytest_plugin._http_patches import repair_patches  # noqa: PLC0415 - see above

        repair_patches()
    if _FIXTURES_WITH_FAKE.isdisjoint(getattr(item, "fixturenames", ())):
        return contextlib.nullcontext()
    from smartflo_contract.pytest_plugin._interception import block_vendor_hosts  # noqa: PLC0415 - slow to import

    return block_vendor_hosts()


def guard_session(hosts: Collection[str] = ()) -> None:
    """Block requests to the vendor's hosts until this process ends; called by each fixture that has a fake.

    A fixture may be requested while a test runs, after the guard of the test was chosen.

    Args:
        hosts: value of ``smartflo_hosts``: further hosts to block.
    """
    from smartflo_contract.pytest_plugin import _interception  # noqa: PLC0415 - slow to import

    try:
        names = _interception.normalize_hosts(hosts)
    except ValueError as error:
        fail_setting("smartflo_hosts", error)
    _interception.guard_session(names)
