"""What the tests of strategies share: drawing examples without a test of one's own around each."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

T = TypeVar("T")
Drawn: TypeAlias = Callable[..., list[Any]]


class _EnoughError(Exception):
    """Ends the drawing of examples."""


@pytest.fixture(name="drawn", scope="session")
def _drawn() -> Drawn:
    """Return the function from a strategy to its first examples, the same in every run; health checks are on.

    With ``enough``, a function of the last example, it stops at the first for which that is true.
    """

    def drawn(
        strategy: st.SearchStrategy[T], count: int = 200, enough: Callable[[T], bool] = lambda _: False
    ) -> list[T]:
        found: list[T] = []

        @settings(max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
        @given(strategy)
        def collect(example: T) -> None:
            found.append(example)
            if enough(example):
                raise _EnoughError

        with suppress(_EnoughError):
            collect()
        return found

    return drawn
