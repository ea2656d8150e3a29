"""Messages of failed assertions on requests."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

_MAX_REQUESTS: Final = 10
_MAX_VALUE_CHARACTERS: Final = 200
_STATUSES_WITHOUT_BODY: Final = (401, 404, 405)
"""Statuses of requests that are rejected before their body is read."""


def expectation(method: str, path: str, json: Any, query: Mapping[str, str] | None, times: int | None) -> str:
    """Return the description of the expected requests; the arguments are those of ``assert_called``."""
    path += f"?{urlencode(query)}" if query else ""
    body = "" if json is None else f" with {json!r}"
    count = {None: "at least once", 0: "never", 1: "once"}.get(times, f"{times} times")
    return f"{method.upper()} {path}{body} {count}"


def mismatch_lines(expected: str, total: int, requests: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the lines of the message that show the expected and the received requests.

    Args:
        expected: :func:`expectation`.
        total: number of requests that match.
        requests: all requests, in the form of ``GET /__admin/requests``.
    """
    lines = [f"expected {expected}, got {total}; requests of this account:"]
    if len(requests) > _MAX_REQUESTS:
        lines.append(f"  ... {len(requests) - _MAX_REQUESTS} earlier requests")
    return lines + ([f"  {_request_line(request)}" for request in requests[-_MAX_REQUESTS:]] or ["  none"])


def body_difference_lines(expected: Any, request: Mapping[str, Any]) -> list[str]:
    """Return one line for each value in which the body of a request differs from the expected one."""
    if request["body"] is None and request["response"]["status"] in _STATUSES_WITHOUT_BODY:
        return ["  body unknown: the request was rejected before its body was read"]
    return list(_differences(expected, request["body"]))


def _differences(expected: Any, got: Any, pointer: str = "") -> Iterator[str]:
    """Yield a line for each value that differs; an expected object may be a subset."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            if key in got:
                yield from _differences(value, got[key], f"{pointer}/{key}")
            else:
                yield f"  {pointer}/{key}: expected {_shorten(value)}, got nothing"
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for index, (value, item) in enumerate(zip(expected, got, strict=True)):
            yield from _differences(value, item, f"{pointer}/{index}")
    elif isinstance(expected, list) and isinstance(got, list):
        yield f"  {pointer or 'body'}: expected {len(expected)} items, got {len(got)}"
    elif expected != got:
        yield f"  {pointer or 'body'}: expected {_shorten(expected)}, got {_shorten(got)}"


def _shorten(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= _MAX_VALUE_CHARACTERS else f"{shown[:_MAX_VALUE_CHARACTERS]}..."


def _request_line(request: Mapping[str, Any]) -> str:
    response = request.get("response")
    if response is None:
        return f"{request['method']} {request['path']}"
    status = "no response" if response["status"] is None else response["status"]
    fault = f", fault {response['fault']}" if response["fault"] else ""
    return f"{request['method']} {request['path']} -> {status}{fault}"
