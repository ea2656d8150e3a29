"""The lead list in a body: bytes to batches of leads, and the defects between them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.live.parsing.decompression import decompress
from smartflo_contract.live.parsing.item_splitter import MAX_ITEM_BYTES, ItemBatch, ItemSplitter
from smartflo_contract.schemas.lead_format import FIELD

_ERROR_KEYS: Final = frozenset({"success", "message", "error"})


class LeadItems:
    """The items of a body, which is an array of leads or has one lead per line; iterate over it once.

    Args:
        chunks: the body, plain or gzip; ``None`` for a body that is not read.
        properties: properties of a lead.
        defects: defects of the response besides its body; they are yielded last, and broken gzip is added to them.
        max_item_bytes: maximum size of one item; a larger one is a defect, and the items after it are read.
        must_be_array: whether one lead per line is a defect, as in an HTTP response.
    """

    def __init__(
        self,
        chunks: Iterable[bytes] | None,
        properties: frozenset[str],
        defects: list[BodyDefect],
        max_item_bytes: int = MAX_ITEM_BYTES,
        *,
        must_be_array: bool = False,
    ) -> None:
        """Read nothing yet."""
        self._splitter = ItemSplitter(decompress(chunks or (), defects), max_item_bytes)
        self._parts: Iterable[ItemBatch | BodyDefect] = () if chunks is None else self._splitter
        self._properties, self._defects, self._must_be_array = properties, defects, must_be_array

    @property
    def size(self) -> int:
        """Bytes that were read so far, decompressed."""
        return self._splitter.size

    def __iter__(self) -> Iterator[ItemBatch | BodyDefect]:
        """Yield batches of items, and defects, in the order of the body."""
        has_items = False
        for part in self._parts:
            if isinstance(part, ItemBatch) and not has_items:
                if not self._splitter.is_array:
                    if rule := _rule_against_single_value(part.values, self._properties):
                        yield BodyDefect(rule, part.offset)
                        continue
                    if self._must_be_array:
                        yield BodyDefect("no-array", part.offset)
                has_items = True
            yield part
        yield from self._defects


def _rule_against_single_value(values: Sequence[object], properties: frozenset[str]) -> str | None:
    """Return the rule that a body without an array breaks if it begins with one value that is not a lead."""
    if len(values) != 1:
        return None
    (value,) = values
    if isinstance(value, dict) and not _ERROR_KEYS.isdisjoint(value):
        return "error-body"
    if isinstance(value, dict) and any(key in properties or FIELD.fullmatch(key) for key in value):
        return None
    return "no-array"
