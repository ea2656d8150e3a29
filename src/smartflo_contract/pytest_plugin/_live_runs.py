"""Tests marked ``smartflo_live``: whether they run, their login, and their account. Imports pytest only."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import pytest

from smartflo_contract.pytest_plugin._settings import setting, worker_input

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from smartflo_contract.live.client.read_only_api import ReadOnlyApi
    from smartflo_contract.mock_server import Config

_API: Final = pytest.StashKey["ReadOnlyApi"]()
_SENT_REQUESTS: Final = pytest.StashKey[list[dict[str, Any]]]()
_WORKERS: Final = pytest.StashKey[dict[str, int]]()
"""Numbers of the running worker processes, from 0, by their ids."""
_ALLOWED_ARGUMENTS: Final = frozenset({"allow_unmatched", "seed"})
"""Arguments of the marker ``smartflo`` that a live test may have."""


def reason_to_skip(config: pytest.Config) -> str | None:
    """Return why live tests are skipped; ``None`` if they run."""
    if not config.getoption("--smartflo-live"):
        return "reads the real API: run with --smartflo-live"
    from smartflo_contract.live.client.credentials import credentials_from_environment  # noqa: PLC0415 - slow to import

    if credentials_from_environment() is not None:
        return None
    return "the real API requires SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"


def configure_live_runs(config: pytest.Config) -> None:
    """Create the API that all live tests of this process share. In other runs, only validate what is set for it.

    Raises:
        pytest.UsageError: a setting of it is wrong.
    """
    is_live = config.getoption("--smartflo-live")
    base_url, interval = setting(config, "base-url"), setting(config, "live-interval")
    if not is_live and base_url is None and interval is None:
        return
    from smartflo_contract.live import LiveError  # noqa: PLC0415 - slow to import
    from smartflo_contract.live.client.credentials import DEFAULT_BASE_URL  # noqa: PLC0415 - slow to import
    from smartflo_contract.pytest_plugin._live_api import create_live_api  # noqa: PLC0415 - slow to import

    process = int(worker_input(config, "smartflo_process") or 0)
    processes = int(worker_input(config, "workercount") or 1)
    try:
        api = create_live_api(base_url or (None if is_live else DEFAULT_BASE_URL), interval, process, processes)
    except LiveError as error:
        raise pytest.UsageError(str(error)) from None
    if not is_live:
        return
    login = worker_input(config, "smartflo_live")
    if login:
        api.set_login_result(login)
    config.stash[_API] = api


def share_with_worker(node: Any) -> None:
    """Send one random seed, one login and its own number to each worker process of xdist.

    A worker may have any id, such as ``left`` (``--tx popen//id=left``). One that replaces a crashed worker takes the
    number of that worker, and with it the time at which it may send requests.

    Args:
        node: xdist's controller of a worker.
    """
    workers = node.config.stash.setdefault(_WORKERS, {})
    process = next(number for number in itertools.count() if number not in workers.values())
    workers[node.workerinput["workerid"]] = node.workerinput["smartflo_process"] = process
    node.workerinput["smartflo_seed"] = setting(node.config, "seed")
    if _API in node.config.stash and reason_to_skip(node.config) is None:
        node.workerinput["smartflo_live"] = node.config.stash[_API].login_result()


def forget_worker(node: Any) -> None:
    """Free the number of a worker process that ended.

    Args:
        node: xdist's controller of the worker.
    """
    node.config.stash.get(_WORKERS, {}).pop(node.workerinput["workerid"], None)


def is_live(item: pytest.Item) -> bool:
    """Return whether a test runs against the real API."""
    return item.get_closest_marker("smartflo_live") is not None and reason_to_skip(item.config) is None


def guard_live_test(item: pytest.Item) -> AbstractContextManager[None]:
    """Return a context in which only reading requests reach the real API; they are recorded for the test."""
    from smartflo_contract.pytest_plugin._live_api import guard_requests  # noqa: PLC0415 - slow to import

    api: ReadOnlyApi = item.config.stash[_API]
    return guard_requests(api, item.stash.setdefault(_SENT_REQUESTS, []))


def live_account(request: pytest.FixtureRequest, arguments: Mapping[str, Any]) -> Any:
    """Return the fixture ``smartflo`` of a live test, or fail the test.

    It has a part of the members of ``Smartflo``; the others raise.

    Args:
        request: of the fixture.
        arguments: of the marker ``smartflo``.
    """
    from smartflo_contract.pytest_plugin._live_account import LiveSmartflo  # noqa: PLC0415 - slow to import

    if _SENT_REQUESTS not in request.node.stash:  # nothing guards the test
        reason = reason_to_skip(request.config)
        if reason:
            pytest.skip(reason)
        pytest.fail("smartflo_live: the marker was added while the test ran; decorate the test with it", pytrace=False)
    not_allowed = [name for name in arguments if name not in _ALLOWED_ARGUMENTS]
    if not_allowed:
        message = f"@pytest.mark.smartflo: `{not_allowed[0]}` needs the fake, but the test is marked smartflo_live"
        pytest.fail(message, pytrace=False)
    api, sent_requests = request.config.stash[_API], request.node.stash[_SENT_REQUESTS]
    token, reason = api.login_result()
    if token is None:
        pytest.fail(f"smartflo_live: {reason}", pytrace=False)
    config: Config = request.getfixturevalue("smartflo_config")
    sent_requests.clear()  # the login is not a request of the test
    return LiveSmartflo(api.url, token, config.overlay, sent_requests, [route.name for route in config.routes])
