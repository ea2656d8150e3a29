"""Change the bodies of responses that contain leads, without joining streamed bodies."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, TypeAlias, cast

from flask import Response

Chunks: TypeAlias = Iterator[bytes]

_LEADS_START: Final = b'[{"'
"""The first bytes of a body with leads."""
_LEAD_SEPARATOR: Final = b'},{"'
"""The bytes between two leads. Inside a string the quote would be escaped."""


def contains_leads(response: Response) -> bool:
    """Return whether the body of a response is an array of leads that is not empty."""
    return first_chunk(response).startswith(_LEADS_START)


def first_chunk(response: Response) -> bytes:
    """Return the first chunk of a body with status 200, empty if there is none. The body stays whole."""
    if response.status_code != 200:  # noqa: PLR2004 - it is the status
        return b""
    chunks = _chunks(response)
    first = next(chunks, b"")
    if first and not response.is_sequence:
        response.response = chain((first,), chunks)
    return first


def edit_leads(response: Response, edit: Callable[[Chunks], Chunks]) -> Response | None:
    """Return a response that contains leads with its body edited; ``None`` for other responses.

    Args:
        response: the response.
        edit: called with the chunks of the body; yields those of the new body.
    """
    return with_body(response, edit(_chunks(response))) if contains_leads(response) else None


def edit_first_lead(response: Response, edit: Callable[[bytes, bytes], bytes]) -> Response | None:
    """Return a response that contains leads with the start of its body replaced; ``None`` for other responses.

    Args:
        response: the response.
        edit: called with the first lead and the rest of its chunk; returns the new chunk.
    """

    def edited(chunks: Chunks) -> Chunks:
        chunk = next(chunks, b"")
        end = chunk.find(_LEAD_SEPARATOR) + 1 or len(chunk) - chunk.endswith(b"]")
        yield edit(chunk[1:end], chunk[end:])
        yield from chunks

    return edit_leads(response, edited)


def leading_leads(response: Response, count: int) -> bytes:
    """Return the start of a body with leads: ``count`` whole leads, or all if there are fewer, and a comma."""
    start = b""
    for chunk in _chunks(response):
        start += chunk
        end = _end_of_lead(start, count)
        if end is not None:
            return start[:end] + b","
    return start.removesuffix(b"]") + b","


def with_body(response: Response, body: bytes | Chunks) -> Response:
    """Return a response with another body, without the headers that describe the old body."""
    headers = [(name, value) for name, value in response.headers if name not in {"ETag", "Content-Length"}]
    return Response(body, response.status_code, headers)


def _end_of_lead(start: bytes, count: int) -> int | None:
    """Return the position at which the first ``count`` leads end, ``None`` if there are fewer so far."""
    end = 1
    for _ in range(count):
        end = start.find(_LEAD_SEPARATOR, end) + 1
        if end == 0:
            return None
    return end


def _chunks(response: Response) -> Chunks:
    return cast("Chunks", iter(response.response))
