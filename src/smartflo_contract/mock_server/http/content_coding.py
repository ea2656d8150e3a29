"""The content coding of a response: whether the client accepts gzip."""

import re
from functools import lru_cache
from typing import Final

VARY: Final = ("Vary", "Accept-Encoding")
"""Header of a response that has another form for clients that accept another content coding."""
GZIP: Final = "gzip"
_MAX_CACHED_HEADERS: Final = 256
_ITEM: Final = re.compile(r"([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?", re.ASCII | re.IGNORECASE)
"""A coding and its weight."""


@lru_cache(_MAX_CACHED_HEADERS)
def accepts_gzip(accept_encoding: str | None) -> bool:
    """Return whether a client accepts gzip and does not prefer an uncompressed response (RFC 9110, section 12.5.3).

    Args:
        accept_encoding: the header ``Accept-Encoding``; ``None`` if there is none.
    """
    matches = [_ITEM.fullmatch(item.strip()) for item in (accept_encoding or "").split(",")]
    weights = {match[1].lower(): float(match[2] or 1) for match in matches if match is not None}
    gzip_weight = weights.get(GZIP, weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip_weight > 0 and gzip_weight >= weights.get("identity", 0.0)
