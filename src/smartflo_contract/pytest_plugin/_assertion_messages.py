"""Messages of failed assertions on requests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from smartflo_contract.schemas.printable import escape_unprintable, truncate

MAX_REQUESTS: Final = 10
"""Number of requests that a message shows: the newest."""
REQUESTS_HEADING: Final = "requests of this account:"
_MAX_VALUE_CHARACTERS: Final = 200
Query: TypeAlias = Mapping[str, str | Sequence[str]]
"""Parameters by name; several values of a repeated one."""
_STATUSES_WITHOUT_BODY: Final = (401, 404, 405)
"""Statuses of requests that are rejected before their body is read."""


def expectation(method: str, path: str, json: Any, query: Query | None, times: int | None) -> str:
    """Return the description of the expected requests; the arguments are those of ``assert_called``."""
    path += f"?{urlencode(query, doseq=True)}" if query else ""
    body = "" if json is None else f" with {json!r}"
    return f"{method.upper()} {path}{body} {count_words(times)}"


def count_words(times: int | None) -> str:
    """Return an expected number in words; ``None`` stands for at least one."""
    return {None: "at least once", 0: "never", 1: "once"}.get(times, f"{times} times")


def mismatch_lines(
    expected: str, total: int, requests: Sequence[Mapping[str, Any]], received: int | None = None
) -> list[str]:
    """Return the lines of the message that show the expected and the received requests.

    Args:
        expected: :func:`expectation`.
        total: number of requests that match.
        requests: the newest requests, oldest first, in the form of ``GET /__admin/requests``.
        received: number of all requests; ``None`` if ``requests`` are all.
    """
    lines = [f"expected {expected}, got {total}; {REQUESTS_HEADING}"]
    return lines + (request_lines(requests, received) or ["  none"])


def request_lines(requests: Sequence[Mapping[str, Any]], received: int | None = None) -> list[str]:
    """Return a line for each of the newest requests; the arguments are those of :func:`mismatch_lines`."""
    shown = requests[-MAX_REQUESTS:]
    return newest_lines(map(_request_line, shown), len(requests) if received is None else received, "request")


def newest_lines(lines: Iterable[str], total: int, noun: str) -> list[str]:
    """Return the indented lines about the newest of some items, after a line about the number of earlier ones.

    Args:
        lines: the line about each of the newest items.
        total: number of all items.
        noun: singular of what the items are.
    """
    shown = [escape_unprintable(f"  {line}") for line in lines]
    earlier = total - len(shown)
    return [f"  ... {earlier} earlier {noun if earlier == 1 else f'{noun}s'}", *shown] if earlier else shown


def check_completeness(matches: Mapping[str, Any]) -> None:
    """Check that the journal has all requests that an assertion is about.

    Args:
        matches: result of a search; ``dropped`` and ``bodies_not_kept`` are the numbers of requests that may match too.

    Raises:
        ValueError: it has not.
    """
    __tracebackhide__ = True
    if matches["dropped"]:
        message = f"{matches['dropped']} earlier requests were dropped from the journal; raise journal_requests"
        raise ValueError(message)
    if matches.get("bodies_not_kept"):
        message = (
            f"json: {matches['bodies_not_kept']} more requests may match, but the journal has no body of them: it is "
            "not JSON, larger than 64 KiB, was not read, or has an integer of more than 64 bits; assert without json="
        )
        raise ValueError(message)


def body_difference_lines(expected: Any, request: Mapping[str, Any]) -> list[str]:
    """Return one line for each value in which the body of a request differs from the expected one."""
    if request["body"] is None and request["response"]["status"] in _STATUSES_WITHOUT_BODY:
        return ["  body unknown: the request was rejected before its body was read"]
    return [escape_unprintable(line) for line in _differences(expected, request["body"])]


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
    return truncate(repr(value), _MAX_VALUE_CHARACTERS)


def _request_line(request: Mapping[str, Any]) -> str:
    response = request.get("response")
    if response is None:
        return f"{request['method']} {request['path']}"
    status = "no response" if response["status"] is None else response["status"]
    if response["fault"]:
        return f"{request['method']} {request['path']} -> {status}, fault {response['fault']}"
    reason = f": {truncate(response['reason'], _MAX_VALUE_CHARACTERS)}" if response["reason"] else ""
    return f"{request['method']} {request['path']} -> {status}{reason}"
