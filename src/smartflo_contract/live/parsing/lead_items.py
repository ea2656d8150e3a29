"""The lead list in a body: bytes to batches of leads, and the defects between them."""

from collections.abc import Iterable, Iterator
from typing import Final

from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.live.parsing.decompression import decompress
from smartflo_contract.live.parsing.item_splitter import MAX_ITEM_BYTES, ItemBatch, ItemSplitter
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.lead_form import LeadDecoder
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.other_endpoints import known_message, other_endpoint

_ERROR_KEYS: Final = frozenset({"success", "message", "error"})
_OTHER_HELP: Final = "Request GET /v1/broadcast/leads/{id} with the id of a lead list."
_STRING_HELP: Final = "The body was encoded twice. Decode it once, such as with `jq --raw-output . FILE`."
_JSON_TYPES: Final[dict[type, str]] = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


class LeadItems:
    """The items of a body, which is an array of leads or has one lead per line; iterate over it once.

    Args:
        chunks: the body, plain or gzip; ``None`` for a body that is not read.
        properties: properties of a lead.
        defects: defects of the response besides its body; they are yielded last, and broken gzip is added to them.
        max_item_bytes: maximum size of one item; a larger one is a defect, and the items after it are read.
        must_be_array: whether one lead per line is a defect, as in an HTTP response.
        decoder: decodes leads that have the form of those before; ``None`` to decode all without a form.
    """

    def __init__(
        self,
        chunks: Iterable[bytes] | None,
        properties: frozenset[str],
        defects: list[BodyDefect],
        max_item_bytes: int = MAX_ITEM_BYTES,
        *,
        must_be_array: bool = False,
        decoder: LeadDecoder | None = None,
    ) -> None:
        """Read nothing yet."""
        self._splitter = ItemSplitter(decompress(chunks or (), defects), max_item_bytes, properties, decoder)
        self._parts: Iterator[ItemBatch | BodyDefect] = iter(() if chunks is None else self._splitter)
        self._properties, self._defects, self._must_be_array = properties, defects, must_be_array

    @property
    def size(self) -> int:
        """Bytes that were read so far, decompressed."""
        return self._splitter.size

    def __iter__(self) -> Iterator[ItemBatch | BodyDefect]:
        """Yield batches of items, and defects, in the order of the body."""
        held: BodyDefect | None = None
        has_items = False
        for part in self._parts:
            if has_items:
                yield part
            elif isinstance(part, BodyDefect) and part.rule == "envelope":
                held = part
            elif isinstance(part, BodyDefect):
                yield part
            elif other := self._other_body(part):
                held = None
                yield other
                if self._splitter.is_array:
                    self._read_rest()
            else:
                has_items = True
                yield from filter(None, [held or self._defect_of_lines(part)])
                held = None
                yield part
        if held:
            yield self._other_body(ItemBatch(b"[]", 0)) or held
        yield from self._defects

    def _other_body(self, first: ItemBatch) -> BodyDefect | None:
        """Return the defect of a body that begins with other items than leads; ``None`` if they are leads.

        Args:
            first: the first items; none in an empty envelope.
        """
        envelope, is_array = self._splitter.envelope, self._splitter.is_array
        item = first.values[0] if first.values else {}
        keys = frozenset(item) if isinstance(item, dict) else frozenset[str]()
        body_keys = envelope.keys if envelope else frozenset[str]() if is_array else keys
        if route := other_endpoint(body_keys, keys):
            return BodyDefect("other-endpoint", 0, got=f"that of another endpoint: this is {route}", help=_OTHER_HELP)
        if is_array or len(first.values) != 1:
            return None
        return _defect_of_value(item, first.offset, self._properties)

    def _defect_of_lines(self, first: ItemBatch) -> BodyDefect | None:
        if self._splitter.is_array or not self._must_be_array:
            return None
        return BodyDefect("no-array", first.offset, got="one lead per line")

    def _read_rest(self) -> None:
        """Read the body to its end and forget it."""
        for _ in self._parts:
            pass


def _defect_of_value(value: object, offset: int, properties: frozenset[str]) -> BodyDefect | None:
    """Return the defect of a body that is, or begins with, one JSON value; ``None`` if the value is a lead."""
    if not isinstance(value, dict):
        holds_json = isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}
        got = "a JSON string that contains JSON" if holds_json else _JSON_TYPES.get(type(value), "a number")
        return BodyDefect("no-array", offset, got=got, help=_STRING_HELP if holds_json else "")
    if not _ERROR_KEYS.isdisjoint(value):
        known = known_message(value)
        got = f'an object with the message "{known.message}"' if known else ""
        return BodyDefect("error-body", offset, got=got, help=known.help if known else "")
    if any(key in properties or FIELD.fullmatch(key) for key in value):
        return None
    return BodyDefect("no-array", offset, got=f"an object with {format_count(len(value), 'key')}")
