"""What a failed test prints: requests, settings in force, and the command that reproduces it. Imports pytest only."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Final

import pytest

from smartflo_contract.pytest_plugin._mutation_options import MUTANT, mutant_ids
from smartflo_contract.pytest_plugin._settings import options_of_run

if TYPE_CHECKING:
    from smartflo_contract.pytest_plugin._account import Smartflo
    from smartflo_contract.pytest_plugin._server import SmartfloServer

FAKE: Final = pytest.StashKey["tuple[SmartfloServer, Smartflo]"]()
"""Server and account of a test."""
HAS_FAILED: Final = pytest.StashKey[bool]()
"""Whether a test has failed before its teardown."""
_ALLOW: Final = "@pytest.mark.smartflo(allow_unmatched=True) allows such requests"


def unmatched_message(server: SmartfloServer, account: Smartflo) -> str:
    """Return the requests that matched no route, with the reasons; an empty string without such requests."""
    from smartflo_contract.pytest_plugin._failure_details import unmatched_lines  # noqa: PLC0415 - slow to import

    lines = unmatched_lines(server, account)
    return "\n".join(["requests that match no route of the fake Smartflo:", *lines, _ALLOW]) if lines else ""


def add_failure_section(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Add what explains a failure to the report of a failed test: requests, settings in force and how to reproduce it.

    Args:
        item: the test.
        call: its phase.
        report: report of that phase.
    """
    if call.excinfo is not None and call.when != "teardown":
        item.stash[HAS_FAILED] = True
    fake = item.stash.get(FAKE, None)  # also of a fixture that was requested while the test ran
    has_fixture = any(name.startswith("smartflo") for name in getattr(item, "fixturenames", ()))
    if not report.failed or (fake is None and not has_fixture):
        return
    lines = [_reproducer(item)]
    if fake is not None and call.when == "call":
        from smartflo_contract.pytest_plugin._failure_details import failure_lines  # noqa: PLC0415 - slow to import

        lines = [unmatched_message(*fake), *failure_lines(fake[1], report.longreprtext), *lines]
    if fake is not None and call.when != "teardown":  # after the last test, the fake has stopped
        from smartflo_contract.live.client.proxies import proxy_warning  # noqa: PLC0415 - slow to import

        lines.insert(0, proxy_warning(fake[0].url) or "")
    lines = [*_edge_case_lines(item), *lines]
    report.sections.append(("smartflo", "\n".join(filter(None, lines))))


def _edge_case_lines(item: pytest.Item) -> list[str]:
    """Return the line with the reason of the edge case that a test gets."""
    callspec = getattr(item, "callspec", None)
    if callspec is None or "smartflo_edge_lead" not in callspec.params:
        return []
    from smartflo_contract.pytest_plugin._failure_details import edge_case_lines  # noqa: PLC0415 - slow to import

    return list(edge_case_lines(callspec.params["smartflo_edge_lead"], callspec.id))


def _reproducer(item: pytest.Item) -> str:
    """Return the line with the command that runs a test again with the same leads."""
    mutant = mutant_ids(item.config)
    options = [] if mutant is None else [f"{MUTANT}={mutant}"]
    command = ["pytest", *_collecting_options(item), node_argument(item), *options_of_run(item.config), *options]
    return f"Reproduce with: {shlex.join(command)}"


def _collecting_options(item: pytest.Item) -> list[str]:
    """Return the options without which pytest does not find a test."""
    if not isinstance(item, pytest.DoctestItem):
        return []
    return ["--doctest-modules"] if item.path.suffix == ".py" else [f"--doctest-glob={item.path.name}"]


def node_argument(item: pytest.Item) -> str:
    """Return the argument of pytest that selects a test, from the folder of this run."""
    _, colons, name = plain_node_id(item).partition("::")
    return os.path.relpath(item.path, item.config.invocation_params.dir) + colons + name


def plain_node_id(item: pytest.Item) -> str:
    """Return the node id of a test, without the group that ``--dist=loadgroup`` adds in a worker of xdist."""
    is_grouped = hasattr(item.config, "workerinput") and item.config.getoption("loadgroup", default=False)
    return item.nodeid.rpartition("@")[0] if is_grouped and item.get_closest_marker("xdist_group") else item.nodeid
