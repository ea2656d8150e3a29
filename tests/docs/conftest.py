"""Environment of the commands that the pages run."""

import os
from importlib.util import find_spec

import pytest

from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer

LOADED = (Smartflo, SmartfloServer)
"""Imported before a nested pytest run in this process, which forgets the modules that it imports first."""
PLUGINS = ["smartflo_contract.pytest_plugin.plugin"]
if find_spec("requests_mock"):
    PLUGINS.append("requests_mock.contrib._pytest_plugin")


@pytest.fixture(autouse=True)
def _commands_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands start quickly: without coverage, and pytest with the plugins that the pages use.

    The tests of each room measure the same code, and other installed plugins take two seconds of each pytest run.
    """
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", ",".join(PLUGINS))
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
