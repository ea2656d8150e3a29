"""Hypothesis in a test that runs hundreds of times: few examples, the same in each run. Imports pytest only."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

MAX_EXAMPLES: Final = 10
_SETTINGS: Final = "_hypothesis_internal_use_settings"
"""Where Hypothesis keeps the settings of a test, which its own plugin of pytest replaces too; no name is public."""


@contextmanager
def few_examples(item: pytest.Item) -> Iterator[None]:
    """Return a context in which a test of Hypothesis has few examples, always the same; others stay unchanged.

    Args:
        item: the test, with or without ``@settings``, or a state machine.
    """
    owner, name = _place(item)
    if owner is None:
        yield
        return
    settings = getattr(owner, name)
    setattr(owner, name, _reduced(settings))
    try:
        yield
    finally:
        setattr(owner, name, settings)


def _place(item: Any) -> tuple[Any, str]:
    """Return the object that has the settings of a test, and the name of its attribute; ``None`` without any."""
    if "hypothesis" not in sys.modules:
        return None, ""
    function = getattr(item, "function", None)
    if hasattr(function, _SETTINGS):
        return function, _SETTINGS
    test_case = getattr(item, "cls", None)
    if isinstance(getattr(test_case, "settings", None), sys.modules["hypothesis"].settings):
        return test_case, "settings"
    return None, ""


def _reduced(settings: Any) -> Any:
    from hypothesis import HealthCheck, Phase  # noqa: PLC0415 - slow to import

    kept = {Phase.explicit, Phase.generate, Phase.target}
    return type(settings)(
        parent=settings,
        database=None,
        deadline=None,
        derandomize=True,
        max_examples=min(settings.max_examples, MAX_EXAMPLES),
        phases=[phase for phase in settings.phases if phase in kept],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
