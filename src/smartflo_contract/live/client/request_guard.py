"""The guard that keeps requests to the real API read-only."""

import re
from typing import Final
from urllib.parse import unquote

from smartflo_contract.live.client.credentials import LOGIN_PATH
from smartflo_contract.live.errors import NotSentError

_BROADCAST_ACTIONS: Final = frozenset({"start", "pause", "resume", "end"})
"""Path segments with which a GET starts or stops a broadcast; documented."""
_MAX_ENCODINGS: Final = 5


def require_read_only(method: str, path: str, prefix: str = "") -> None:
    """Refuse every request except a GET that only reads, and the login.

    Args:
        method: HTTP method.
        path: path of the request, as it is sent.
        prefix: path of the base URL.

    Raises:
        NotSentError: the request could change something or start a broadcast.
    """
    request = f"{method.upper()} {path}"
    if method.upper() == "POST" and path in {LOGIN_PATH, f"{prefix}{LOGIN_PATH}"}:
        return
    if method.upper() != "GET":
        message = f"{request} was not sent: only GET requests and the login are sent to the real API"
        raise NotSentError(message)
    if _path_segments(path) & _BROADCAST_ACTIONS:
        message = f"{request} was not sent: it starts or stops a broadcast, and phones may ring"
        raise NotSentError(message)


def _path_segments(path: str) -> set[str]:
    """Return the segments of a path in lower case, without percent-encoding and matrix parameters."""
    for _ in range(_MAX_ENCODINGS):
        path = unquote(path)
    return {segment.partition(";")[0].strip().lower() for segment in re.split(r"[/\\]", path)}
