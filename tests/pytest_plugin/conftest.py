"""Tests of the plugin run pytest on small projects of their own."""

import anyio._backends._asyncio
import httpcore
import pytest

from smartflo_contract.pytest_plugin import _live_account as _live
from smartflo_contract.pytest_plugin import _parametrization, _server

LATE = (anyio, httpcore, _live, _parametrization, _server)
"""Modules that are imported when they are needed. What is first imported in a run of pytester's is forgotten after it,
and imported once more later: httpx would then have errors of another httpcore."""
PLUGIN = "smartflo_contract.pytest_plugin.plugin"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load our plugin alone: those of others take a second of each run. Tests about them take this back."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", PLUGIN)


@pytest.fixture(name="with_others")
def _with_others(monkeypatch: pytest.MonkeyPatch, _alone: None) -> None:
    """Load every plugin that is installed, ours by its entry point."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.delenv("PYTEST_PLUGINS")
