"""Environment of the commands and of the inner pytest runs of the pages."""

import os
import pkgutil
from importlib import import_module
from importlib.util import find_spec

import pytest

from smartflo_contract import pytest_plugin

PLUGINS = ["smartflo_contract.pytest_plugin.plugin"]
if find_spec("requests_mock"):
    PLUGINS.append("requests_mock.contrib._pytest_plugin")

# pytester forgets the modules that an inner run imports first, and a later run would import them again: the patches of
# HTTP libraries would then be applied twice.
PLUGIN_MODULES = pkgutil.iter_modules(pytest_plugin.__path__, f"{pytest_plugin.__name__}.")
for _name in ("anyio._backends._asyncio", "httpcore", *(module.name for module in PLUGIN_MODULES)):
    import_module(_name)


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
