"""The body of a response, streamed in chunks."""

import json
from collections.abc import Iterator
from typing import Final

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from smartflo_contract.live.client.deadline import Deadline
from smartflo_contract.live.errors import LiveError, StalledBodyError, TruncatedBodyError
from smartflo_contract.live.parsing.decompression import MAX_CHUNK_BYTES, gunzip

_MAX_SMALL_BYTES: Final = 16 * 1024
_MAX_ENCODING_CHARACTERS: Final = 20


def body_chunks(response: requests.Response, deadline: Deadline) -> Iterator[bytes]:
    """Return the body in chunks of at most 64 KiB, none of them empty, each as soon as it arrives.

    Taking the next chunk raises :class:`TruncatedBodyError` if the body ended too early, and :class:`LiveError` itself
    if it is not complete at the deadline, which includes the time between two chunks.

    Args:
        response: a response whose body is unread, requested with ``stream=True``.
        deadline: time at which the body must be complete.

    Raises:
        LiveError: the body has another content coding than gzip.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    chunks = _raw_chunks(response, deadline)
    if encoding in {"", "identity"}:
        return chunks
    if encoding in {"gzip", "x-gzip"}:
        return gunzip(chunks)
    message = f"the response has Content-Encoding `{encoding[:_MAX_ENCODING_CHARACTERS]}`; only gzip was accepted"
    raise LiveError(message)


def read_small_json(response: requests.Response, deadline: Deadline) -> object:
    """Return the JSON value of a body of at most 16 KiB; ``None`` if it is larger, incomplete, late or not JSON."""
    body = b""
    try:
        for chunk in body_chunks(response, deadline):
            body += chunk
            if len(body) > _MAX_SMALL_BYTES:
                return None
    except LiveError:
        return None
    return parse_json(body)


def parse_json(body: bytes) -> object:
    """Return the JSON value; ``None`` if it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _raw_chunks(response: requests.Response, deadline: Deadline) -> Iterator[bytes]:
    """Yield what arrives without waiting for full chunks: a slow server may never send one."""
    received = 0
    while True:
        remaining = response.raw.length_remaining
        size = MAX_CHUNK_BYTES if remaining is None else min(MAX_CHUNK_BYTES, remaining)
        try:
            chunk = response.raw.read1(size, decode_content=False)
        except HTTPError as error:
            of_total = "" if remaining is None else f" of {received + remaining}"
            unit = "byte" if received == 1 and not of_total else "bytes"
            is_stalled = isinstance(error, ReadTimeoutError)
            reason = "no more bytes arrived" if is_stalled else "the connection was closed"
            message = f"the body was cut off after {received}{of_total} {unit}: {reason}"
            raise (StalledBodyError if is_stalled else TruncatedBodyError)(message) from None
        if not chunk:
            return
        received += len(chunk)
        deadline.check()
        yield chunk
