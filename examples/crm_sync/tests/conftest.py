"""The unchanged sync against the fake, without waiting."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from crm_sync.client import SmartfloClient
from crm_sync.contacts import ContactStore

from smartflo_contract.pytest_plugin import Smartflo


@pytest.fixture
def waits() -> list[float]:
    """Waits of the client, in seconds."""
    return []


@pytest.fixture
def sleep(smartflo: Smartflo, waits: list[float]) -> Callable[[float], None]:
    """Return a function that advances the account's clock instead of sleeping."""

    def skip(seconds: float) -> None:
        waits.append(seconds)
        smartflo.clock.advance(seconds=seconds)

    return skip


@pytest.fixture
def connect(smartflo_intercept: Smartflo, sleep: Callable[[float], None]) -> Iterator[Callable[..., SmartfloClient]]:
    """Yield a function that creates clients whose requests to the vendor's host reach the fake."""
    with ExitStack() as stack:

        def make(**settings: Any) -> SmartfloClient:
            login = {"email": smartflo_intercept.email, "password": smartflo_intercept.password}
            return stack.enter_context(SmartfloClient(**{**login, "sleep": sleep, **settings}))

        yield make


@pytest.fixture
def client(connect: Callable[..., SmartfloClient]) -> SmartfloClient:
    """A client that does not use the account's clock: it detects an expired token when it is rejected."""
    return connect()


@pytest.fixture
def store() -> Iterator[ContactStore]:
    """An empty CRM."""
    with ContactStore() as store:
        yield store
