"""What a failed assertion on requests says."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

_MOST_SHOWN: Final = 10
_LONGEST: Final = 200
"""Characters of a value."""
_UNREAD: Final = (401, 404, 405)
"""Statuses of requests whose body nobody reads."""


def wanted(method: str, path: str, json: Any, query: Mapping[str, str] | None, times: int | None) -> str:
    """Return what is expected of the requests that come."""
    path += f"?{urlencode(query)}" if query else ""
    body = "" if json is None else f" with {json!r}"
    often = {None: "at least once", 0: "never", 1: "once"}.get(times, f"{times} times")
    return f"{method.upper()} {path}{body} {often}"


def unlike(what: str, total: int, came: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the lines that say what was expected, and which requests came.

    Args:
        what: is expected.
        total: how many fit.
        came: all requests, as ``GET /__admin/requests`` tells them.
    """
    lines = [f"expected {what}, got {total}; requests of this account:"]
    if len(came) > _MOST_SHOWN:
        lines.append(f"  ... {len(came) - _MOST_SHOWN} before these")
    return lines + ([f"  {_line(one)}" for one in came[-_MOST_SHOWN:]] or ["  none"])


def differing(expected: Any, request: Mapping[str, Any]) -> list[str]:
    """Return how the body of a request differs from the one that is expected."""
    if request["body"] is None and request["response"]["status"] in _UNREAD:
        return ["  its body is not known: it was refused before anybody read it"]
    return list(_differences(expected, request["body"]))


def _differences(expected: Any, got: Any, pointer: str = "") -> Iterator[str]:
    """Yield a line for each value of a body that is not as expected; of objects a part is enough."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            if key in got:
                yield from _differences(value, got[key], f"{pointer}/{key}")
            else:
                yield f"  {pointer}/{key}: expected {_short(value)}, got nothing"
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for index, (value, item) in enumerate(zip(expected, got, strict=True)):
            yield from _differences(value, item, f"{pointer}/{index}")
    elif isinstance(expected, list) and isinstance(got, list):
        yield f"  {pointer or 'body'}: expected {len(expected)} items, got {len(got)}"
    elif expected != got:
        yield f"  {pointer or 'body'}: expected {_short(expected)}, got {_short(got)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _line(request: Mapping[str, Any]) -> str:
    response = request.get("response")
    if response is None:
        return f"{request['method']} {request['path']}"
    status = "no answer" if response["status"] is None else response["status"]
    fault = f", fault {response['fault']}" if response["fault"] else ""
    return f"{request['method']} {request['path']} -> {status}{fault}"
