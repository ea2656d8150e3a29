"""Stores that several fakes share, and clients of fakes on them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.app import EXTENSION

ClientOf = Callable[..., FlaskClient]
"""Returns a client of another fake on a store: URL of the store, and settings as keyword arguments."""


_DATABASES: Final = ("shared_url", "store_url", "postgresql_url", "own_postgresql")
"""Fixtures of databases, which end after the fakes on them: a fake writes its journal until it is closed."""


@pytest.fixture(name="client_of")
def _client_of(request: pytest.FixtureRequest) -> Iterator[ClientOf]:
    """Yield a function that returns a client of another fake on a store; its connections end with the test."""
    for name in _DATABASES:
        if name in request.fixturenames:
            request.getfixturevalue(name)
    with ExitStack() as stack:

        def client_of(url: str | None, **settings: Any) -> FlaskClient:
            app = create_app(Config(store=url, **settings))
            stack.callback(app.extensions[EXTENSION].close)
            return app.test_client()

        yield client_of


@pytest.fixture(name="shared_url", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def _shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty store that several fakes can share, and that no other test uses."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path}/fake.db"
