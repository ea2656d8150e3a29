"""The sync as the tests run it: against the fake, without a change, and without waiting."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from crm_sync.client import SmartfloClient
from crm_sync.contacts import ContactStore

from smartflo_contract.pytest_plugin import Smartflo


@pytest.fixture
def waits() -> list[float]:
    """How long the client has waited, in seconds."""
    return []


@pytest.fixture
def sleep(smartflo: Smartflo, waits: list[float]) -> Callable[[float], None]:
    """Turn the account's clock on instead of sleeping."""

    def skip(seconds: float) -> None:
        waits.append(seconds)
        smartflo.clock.advance(seconds=seconds)

    return skip


@pytest.fixture
def connect(smartflo_intercept: Smartflo, sleep: Callable[[float], None]) -> Iterator[Callable[..., SmartfloClient]]:
    """Make clients whose requests to the vendor's host come to the fake."""
    with ExitStack() as stack:

        def make(**settings: Any) -> SmartfloClient:
            login = {"email": smartflo_intercept.email, "password": smartflo_intercept.password}
            return stack.enter_context(SmartfloClient(**{**login, "sleep": sleep, **settings}))

        yield make


@pytest.fixture
def client(connect: Callable[..., SmartfloClient]) -> SmartfloClient:
    """A client whose clock is not the account's: it learns of an expired token when it is refused."""
    return connect()


@pytest.fixture
def store() -> Iterator[ContactStore]:
    """An empty CRM."""
    with ContactStore() as store:
        yield store
