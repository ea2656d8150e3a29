"""What a failed test prints: unmatched requests, and the command that reproduces it. Imports pytest only."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Final

import pytest

from smartflo_contract.pytest_plugin._settings import options_of_run
from smartflo_contract.schemas.printable import escape_unprintable

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
    requests = [*account.unmatched, *server.unattributed_requests()]
    lines = [
        escape_unprintable(f"  {request['method']} {request['path']}: {request['response']['reason']}")
        for request in requests
    ]
    return "\n".join(["requests that match no route of the fake Smartflo:", *lines, _ALLOW]) if lines else ""


def add_failure_section(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Add unmatched requests and the reproducing command to the report of a failed test.

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
        lines.insert(0, unmatched_message(*fake))
    if fake is not None and call.when != "teardown":  # after the last test, the fake has stopped
        from smartflo_contract.live.client.proxies import proxy_warning  # noqa: PLC0415 - slow to import

        lines.insert(0, proxy_warning(fake[0].url) or "")
    report.sections.append(("smartflo", "\n".join(filter(None, lines))))


def _reproducer(item: pytest.Item) -> str:
    """Return the line with the command that runs a test again with the same leads."""
    _, colons, name = item.nodeid.partition("::")
    node = os.path.relpath(item.path, item.config.invocation_params.dir) + colons + name
    return f"Reproduce with: {shlex.join(['pytest', node, *options_of_run(item.config)])}"
