"""Tests of the plugin run pytest on small projects of their own."""

import pytest

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
