"""Serve constant bytes from a bare Flask view and a bare WSGI function, as limits for the fake.

The environment variable BODY is the path of the body. Run with ``granian --interface wsgi constant:flask_app``.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response

BODY = Path(os.environ["BODY"]).read_bytes()
CHUNK_BYTES = 40_000
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]
CHUNKS = [BODY[start : start + CHUNK_BYTES] for start in range(0, len(BODY), CHUNK_BYTES)]

flask_app = Flask("constant")


@flask_app.get("/v1/broadcast/leads/<list_id>")
def leads(list_id: str) -> Response:  # noqa: ARG001  # the route passes it
    """Return the bytes."""
    return Response(BODY, mimetype="application/json")


def wsgi_app(_: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Return the bytes for every request."""
    start_response("200 OK", HEADERS)
    return [BODY]


def stream_app(_: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Return the bytes for every request, in chunks."""
    start_response("200 OK", HEADERS[:1])
    return iter(CHUNKS)
