"""A usual run whose fake serves a mutant, and the line at the end that says how often it did."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from smartflo_contract.mutation import find_mutants
from smartflo_contract.pytest_plugin._failures import plain_node_id
from smartflo_contract.pytest_plugin._item_runs import failure_reason
from smartflo_contract.pytest_plugin._mutant_switch import MutantSwitch
from smartflo_contract.pytest_plugin._mutation_options import MUTANT, RESULT_VARIABLE
from smartflo_contract.pytest_plugin._recording import contract_of_options
from smartflo_contract.pytest_plugin._server import SmartfloServer
from smartflo_contract.pytest_plugin._settings import fail_setting
from smartflo_contract.schemas.grammar import format_count

_SERVED: Final = "smartflo_mutant_served"
"""Output of a worker of xdist: how many responses had the mutant."""


class MutantRun:
    """A run with a mutant, registered as a plugin.

    Args:
        config: pytest's configuration.
        ids: id of the mutant, or several joined by commas.

    Raises:
        pytest.UsageError: there is no such mutant.
    """

    def __init__(self, config: pytest.Config, ids: str) -> None:
        """Require that the mutant exists, unless the project has a configuration of its own."""
        self._ids = ids
        self._switch = MutantSwitch(ids)
        self._served = 0
        self._failed: list[tuple[str, str]] = []
        try:
            find_mutants(contract_of_options(config), ids)
        except ValueError as error:
            if not _overrides_configuration(config):
                message = f"{MUTANT}: {error}"
                raise pytest.UsageError(message) from None

    @contextmanager
    def serving(self, server: SmartfloServer) -> Iterator[None]:
        """Set the mutant for a fake while it runs, or fail the test if its contract has no such mutant."""
        try:
            server.set_mutant(self._ids)
        except ValueError as error:
            fail_setting(MUTANT, error)
        with self._switch.serving(server):
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        """Note a failure, for the run that has started this one."""
        report: Any = yield
        if report.failed:
            self._failed.append((plain_node_id(item), failure_reason(report)))
        return report  # type: ignore[no-any-return]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the responses of a worker of xdist."""
        self._served += getattr(node, "workeroutput", {}).get(_SERVED, 0)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the number of responses to the controller of xdist, or to the run that has started this one."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_SERVED] = self._switch.served
            return
        self._served += self._switch.served
        path = os.environ.get(RESULT_VARIABLE)
        if path:
            Path(path).write_text(json.dumps({"served": self._served, "failed": self._failed}), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """Print how many responses had the mutant."""
        terminalreporter.section("smartflo: mutant")
        served = f"in {format_count(self._served, 'response')}" if self._served else "in no response to these tests"
        terminalreporter.line(f"{self._ids}: {served}")


def _overrides_configuration(config: pytest.Config) -> bool:
    """Return whether a conftest file overrides the configuration of the fake, and perhaps its contract."""
    plugins = config.pluginmanager.get_plugins()
    names = (getattr(plugin, "__name__", "") for plugin in plugins if hasattr(plugin, "smartflo_config"))
    return any(not name.startswith("smartflo_contract.") for name in names)
