"""Journals of the fake: what ``GET /__admin/requests`` returns."""

from collections.abc import Iterator
from typing import Any, Final

from smartflo_contract.live.captures.captured_response import Exchange
from smartflo_contract.live.parsing.json_reader import JsonReader, Leaf, Tree

_ENTRY: Final[Tree] = {
    "time": Leaf.VALUE,
    "method": Leaf.VALUE,
    "path": Leaf.VALUE,
    "response": {"status": Leaf.VALUE, "body": Leaf.JSON},
}
_MILLISECONDS: Final = 1_000


def journal_exchanges(reader: JsonReader) -> Iterator[Exchange]:
    """Yield the exchanges of a journal."""
    for _ in reader.find_keys("requests"):
        for index in reader.read_items():
            yield _exchange(f"/requests/{index}", reader.tree(_ENTRY))


def _exchange(pointer: str, entry: dict[str, Any]) -> Exchange:
    response = entry.get("response", {})
    return Exchange(
        pointer=pointer,
        method=entry.get("method"),
        url=entry.get("path"),
        status=response.get("status"),
        time=_seconds(entry.get("time")),
        body=response.get("body"),
    )


def _seconds(milliseconds: object) -> float | None:
    """Return a time in seconds; ``None`` if it is not a number of milliseconds."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        return milliseconds / _MILLISECONDS
    except OverflowError:
        return None
