"""HAR files (HTTP Archive 1.2), as browsers, proxies and the fake write them; entry by entry."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from smartflo_contract.live.captures.captured_response import UNDECODABLE, Exchange, header_values
from smartflo_contract.live.captures.encodings import decode_base64, decode_content
from smartflo_contract.live.parsing.json_reader import JsonReader, Leaf, Tree

_ENTRY: Final[Tree] = {
    "startedDateTime": Leaf.VALUE,
    "request": {"method": Leaf.VALUE, "url": Leaf.VALUE},
    "response": {
        "status": Leaf.VALUE,
        "headers": Leaf.VALUE,
        "content": {"mimeType": Leaf.VALUE, "encoding": Leaf.VALUE, "text": Leaf.STRING},
    },
}
_UNKNOWN_TYPES: Final = ("", "x-unknown")
"""Content types that browsers write if a response has none."""


def har_exchanges(reader: JsonReader) -> Iterator[Exchange]:
    """Yield the exchanges of a HAR file."""
    for _ in reader.find_keys("log"):
        for _ in reader.find_keys("entries"):
            for index in reader.read_items():
                yield _exchange(f"/log/entries/{index}", reader.tree(_ENTRY))


def _exchange(pointer: str, entry: dict[str, Any]) -> Exchange:
    request, response = entry.get("request", {}), entry.get("response", {})
    content = response.get("content", {})
    text, defect = content.get("text"), None
    body = text if isinstance(text, SpooledTemporaryFile) else None
    if body is not None and content.get("encoding") == "base64":
        body = decode_base64(body)
        encoding = header_values(response.get("headers")).get("content-encoding", "")
        body = None if body is None else decode_content(body, encoding)
        defect = UNDECODABLE if body is None else None
    content_type = content.get("mimeType")
    return Exchange(
        pointer=pointer,
        method=request.get("method"),
        url=request.get("url"),
        status=response.get("status"),
        time=entry.get("startedDateTime"),
        content_type=None if content_type in _UNKNOWN_TYPES else content_type,
        body=body,
        defect=defect,
    )
