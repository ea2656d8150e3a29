"""What the tests of strategies share: drawing examples without a test of one's own around each."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

T = TypeVar("T")
Drawn: TypeAlias = Callable[..., list[Any]]


@pytest.fixture(name="drawn", scope="session")
def _drawn() -> Drawn:
    """Return the function from a strategy to its first examples, the same in every run; health checks are on."""

    def drawn(strategy: st.SearchStrategy[T], count: int = 200) -> list[T]:
        found: list[T] = []

        @settings(max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
        @given(strategy)
        def collect(example: T) -> None:
            found.append(example)

        collect()
        return found

    return drawn
