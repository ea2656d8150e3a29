"""Draw examples of a strategy as a list, and parametrize tests with the number of examples."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

T = TypeVar("T")
Drawn: TypeAlias = Callable[..., list[Any]]


MAX_EXAMPLES = int(os.environ.get("MAX_EXAMPLES_OF_A_SLOW_TEST", "10000"))
"""Maximum number of examples of a slow test; ``.ci/run`` uses 2,000."""


def example_counts(default: int, thorough: int) -> pytest.MarkDecorator:
    """Parametrize ``count`` with the number of examples by default, and with that of the slow tests."""
    slow = pytest.param(min(thorough, MAX_EXAMPLES), marks=pytest.mark.slow)
    return pytest.mark.parametrize("count", [default, slow])


class _EnoughError(Exception):
    """Stops generating examples."""


@pytest.fixture(name="drawn", scope="session")
def _drawn() -> Drawn:
    """Return a function that returns the first examples of a strategy, with health checks.

    Every run returns the same examples. The function stops at the first example for which ``enough`` returns true.
    """

    def drawn(
        strategy: st.SearchStrategy[T], count: int = 40, enough: Callable[[T], bool] = lambda _: False
    ) -> list[T]:
        examples: list[T] = []

        @settings(max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
        @given(strategy)
        def collect(example: T) -> None:
            examples.append(example)
            if enough(example):
                raise _EnoughError

        with suppress(_EnoughError):
            collect()
        return examples

    return drawn
