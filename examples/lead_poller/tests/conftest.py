"""Asynchronous tests on asyncio, with the pytest plugin of anyio."""

from collections.abc import Callable
from typing import Any

import pytest
from lead_poller import Poller, Settings

from smartflo_contract.pytest_plugin import Smartflo


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio only."""
    return "asyncio"


@pytest.fixture
def poller_of(smartflo: Smartflo) -> Callable[..., Poller]:
    """Return a function that creates a poller of all lists of the test's account."""

    def make(*, concurrency: int = 2, timeout: float = 10.0, **arguments: Any) -> Poller:
        lists = [lead_list.id for lead_list in smartflo.lists]
        settings = Settings(smartflo.token, lists, smartflo.url, timeout=timeout, concurrency=concurrency)
        return Poller(settings, **arguments)

    return make
