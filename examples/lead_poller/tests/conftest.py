"""Asynchronous tests run on asyncio, by the pytest plugin that comes with anyio."""

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
    """Make pollers of all lists that the test's account has been given."""

    def make(*, concurrency: int = 2, timeout: float = 10.0, **others: Any) -> Poller:
        lists = [made.id for made in smartflo.lists]
        settings = Settings(smartflo.token, lists, smartflo.url, timeout=timeout, concurrency=concurrency)
        return Poller(settings, **others)

    return make
