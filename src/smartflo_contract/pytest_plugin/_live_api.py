"""The real API in live tests: created from options, and guarded while a test runs."""

import math
from contextlib import AbstractContextManager
from typing import Any, Final

from smartflo_contract.live import LiveError, NotSentError
from smartflo_contract.live.client.read_only_api import ReadOnlyApi
from smartflo_contract.pytest_plugin._host_rules import HostRule
from smartflo_contract.pytest_plugin._http_patches import apply_rule

_DEFAULT_INTERVAL_SECONDS: Final = 1.0


def create_live_api(base_url: str | None, interval: str | None, process: int, processes: int) -> ReadOnlyApi:
    """Return the API that all live tests of a process share.

    Args:
        base_url: value of ``--smartflo-base-url``.
        interval: value of ``--smartflo-live-interval``, seconds between two requests of all processes.
        process: index of this process, from 0.
        processes: number of processes.

    Raises:
        LiveError: a value is wrong; the message names its option.
    """
    seconds = _DEFAULT_INTERVAL_SECONDS if interval is None else _parse_seconds(interval)
    try:
        return ReadOnlyApi(base_url, seconds, process, processes)
    except LiveError as error:
        message = f"--smartflo-base-url: {error}"
        raise LiveError(message) from None


def _parse_seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < math.inf:
        message = f"--smartflo-live-interval: expected seconds, 0 or more, got `{value}`"
        raise LiveError(message)
    return seconds


def guard_requests(api: ReadOnlyApi, sent_requests: list[dict[str, Any]]) -> AbstractContextManager[None]:
    """Return a context in which the API and the vendor's hosts are only read, at a limited rate.

    Args:
        api: the API.
        sent_requests: receives method and path of each request.
    """

    def delay(method: str, path: str) -> float:
        sent_requests.append({"method": method.upper(), "path": path})
        return api.reserve()

    return apply_rule(HostRule(api.is_live_host, api.require_read_only, delay, refuse=_refuse))


def _refuse(host: str) -> None:
    message = (
        f"no connection to {host} was opened: a test marked smartflo_live reads the real API, with http.client, "
        "urllib3, requests, httpx or aiohttp"
    )
    raise NotSentError(message)
