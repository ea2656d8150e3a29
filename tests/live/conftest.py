"""The fixture that starts scripted servers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from ..scripted_server import Server  # noqa: TID252 - test folders are no packages


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that stop at the end of the test."""
    with ExitStack() as stack:
        yield lambda *responses: stack.enter_context(Server(*responses))
