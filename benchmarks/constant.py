"""Limits to measure the fake against: the same bytes from a bare Flask view, and from a bare WSGI function.

The body is the file that the variable BODY names. For ``granian --interface wsgi constant:flask_app``.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response

BODY = Path(os.environ["BODY"]).read_bytes()
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]

flask_app = Flask("constant")


@flask_app.get("/v1/broadcast/leads/<list_id>")
def leads(list_id: str) -> Response:  # noqa: ARG001  # the view of a bare app takes what its route gives
    """Answer the bytes."""
    return Response(BODY, mimetype="application/json")


def wsgi_app(_: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer the bytes, whatever is asked."""
    start_response("200 OK", HEADERS)
    return [BODY]
