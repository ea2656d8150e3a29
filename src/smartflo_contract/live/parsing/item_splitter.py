"""Splitting of a body into the items of its array, streamed in constant memory.

Some hundred items are decoded together. Whether the batch was cut between two items is known once it is decoded,
because no JSON value ends in the middle of another one. Only if a batch cannot be decoded, the ends of its items are
searched one by one, which finds the invalid item. A body that is not an array is read as values that follow each other,
such as one lead per line.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from smartflo_contract.live.parsing._byte_buffer import ByteBuffer, byte_at, end_of_blanks, end_of_match
from smartflo_contract.live.parsing._envelope import Envelope, find_envelope
from smartflo_contract.live.parsing._item_decoding import decode_item
from smartflo_contract.live.parsing._other_formats import SIGNATURE_BYTES, OtherFormat, binary_format, text_format
from smartflo_contract.live.parsing._skipped_item import SkipState, find_end
from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.schemas.json_pointer import json_pointer
from smartflo_contract.schemas.lead_batch import LeadBatch
from smartflo_contract.schemas.lead_form import LeadDecoder

MAX_ITEM_BYTES: Final = 16 * 1024 * 1024
"""Default maximum size of one item."""
BATCH_BYTES: Final = 128 * 1024
"""Size of the batches that are decoded together."""
SKIP_CHUNK_BYTES: Final = 64 * 1024
"""Size of the chunks in which a too large item is skipped."""
_FIRST_LINES_BYTES: Final = 4096
"""Size of the beginning of a text in which its format is recognized."""
_MAX_BATCH_ATTEMPTS: Final = 3
"""Positions at which a batch is cut before its items are searched one by one."""
_OUTSIDE_STRINGS: Final = re.compile(rb'[^"{}\[\],\n]*+')
_INSIDE_STRING: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_QUOTE: Final = b'"'
_OPENING, _CLOSING, _SEPARATORS = frozenset({b"{", b"["}), frozenset({b"}", b"]"}), frozenset({b",", b"\n"})


class ItemBatch(LeadBatch):
    """Items that follow each other.

    Args:
        text: the items, as a JSON array.
        offset: position of the first byte in the body.
        decoder: decodes items that have the form of those before; ``None`` to decode without a form.

    Raises:
        orjson.JSONDecodeError: the text is not JSON.
    """

    def __init__(self, text: bytes, offset: int, decoder: LeadDecoder | None = None) -> None:
        """Decode the text."""
        super().__init__(text, decoder)
        self.offset = offset


class ItemSplitter:
    """Splits a body into items; iterate over it once.

    Args:
        chunks: the body; consumed bytes are not kept.
        max_item_bytes: maximum size of one item; a larger one is a defect, and the items after it are read.
        properties: properties of a lead, which tell a lead from an envelope.
        decoder: decodes leads that have the form of those before; ``None`` to decode all without a form.

    Attributes:
        is_array: whether the body is an array, and not values that follow each other; known after the first item.
        envelope: the first object, if it contains the array; known after the first item.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        max_item_bytes: int = MAX_ITEM_BYTES,
        properties: frozenset[str] = frozenset(),
        decoder: LeadDecoder | None = None,
    ) -> None:
        """Read nothing yet."""
        self._decoder = decoder
        self.is_array = False
        self.envelope: Envelope | None = None
        self._properties = properties
        self._buffer = ByteBuffer(chunks)
        self._max_item_bytes, self._batch_bytes = max_item_bytes, min(BATCH_BYTES, max_item_bytes)
        self._is_truncated = False
        self._is_utf8 = True
        self._ends_array = False

    @property
    def size(self) -> int:
        """Bytes that were consumed so far."""
        return self._buffer.offset

    def __iter__(self) -> Iterator[ItemBatch | BodyDefect]:
        """Yield batches of items, and defects, in the order of the body; read it to its end."""
        yield from self._parts()
        self._buffer.drain()

    def _parts(self) -> Iterator[ItemBatch | BodyDefect]:
        """Yield batches of items, and defects, as far as the body can be split."""
        buffer = self._buffer
        buffer.fill(SIGNATURE_BYTES)
        if other_format := binary_format(buffer.data):
            yield _other_format_defect(other_format, 0)
        elif buffer.data.startswith(_UTF8_MARK):
            yield BodyDefect("byte-order-mark", 0)
            buffer.consume(len(_UTF8_MARK))
            yield from self._text_parts()
        elif buffer.data.startswith(_UTF16_MARKS) or 0 in buffer.data[:2]:
            yield BodyDefect("not-utf8", 0)
        else:
            yield from self._text_parts()

    def _text_parts(self) -> Iterator[ItemBatch | BodyDefect]:
        """Yield batches of items, and defects, of a text."""
        buffer = self._buffer
        first = buffer.consume_blanks()
        if not first:
            yield BodyDefect("empty-body", buffer.offset)
        elif first == b"[":
            self.is_array = True
            buffer.consume(1)
            yield from self._array_items()
        elif first == b"<":
            yield BodyDefect("html-body", buffer.offset)
        elif first == b"{" and (envelope := self._find_envelope()):
            self.is_array, self.envelope = True, envelope
            while envelope:
                yield from self._envelope_items(envelope)
                envelope = self._find_envelope() if buffer.consume_blanks() == b"{" else None
            if buffer.data:
                yield BodyDefect("trailing-data", buffer.offset)
        else:
            buffer.fill(_FIRST_LINES_BYTES)
            if other_format := text_format(buffer.data[:_FIRST_LINES_BYTES]):
                yield _other_format_defect(other_format, buffer.offset)
            else:
                yield from self._consecutive_values()

    def _find_envelope(self) -> Envelope | None:
        self._buffer.fill(self._batch_bytes)
        return find_envelope(bytes(self._buffer.data[: self._batch_bytes]), self._properties)

    def _envelope_items(self, envelope: Envelope) -> Iterator[ItemBatch | BodyDefect]:
        """Yield the items of an envelope, and consume the rest of it."""
        buffer = self._buffer
        pointer = json_pointer(envelope.path)
        yield BodyDefect("envelope", buffer.offset, got=f"an object that contains them at {pointer}", pointer=pointer)
        buffer.consume(envelope.items_start)
        yield from self._array_items()
        is_complete = self._skip_item(SkipState(len(envelope.path), in_string=False, is_word=False))
        if not is_complete and self._ends_array:
            yield BodyDefect("truncated-body", buffer.offset)

    def _array_items(self) -> Iterator[ItemBatch | BodyDefect]:
        """Yield what follows the opening bracket of an array."""
        buffer = self._buffer
        self._ends_array = False
        byte = buffer.consume_blanks()
        while byte not in {b"]", b""}:
            batch = _take_batch(buffer, self._batch_bytes, self._max_item_bytes, self._decoder)
            yield from [batch] if batch else self._take_single_items()
            byte = buffer.consume_blanks()
            if byte == b",":
                comma = buffer.offset
                buffer.consume(1)
                byte = buffer.consume_blanks()
                if byte in {b"]", b""}:
                    yield BodyDefect("dangling-comma", comma)
                    if not byte:
                        return
            elif byte not in {b"]", b""}:
                yield BodyDefect("not-json", buffer.offset, "expected a comma, or the end of the array")
                return
        if byte:
            buffer.consume(1)
            self._ends_array = True
            if not self.envelope and buffer.consume_blanks():
                yield BodyDefect("trailing-data", buffer.offset)
        elif not self._is_truncated:
            yield BodyDefect("truncated-body", buffer.offset)

    def _consecutive_values(self) -> Iterator[ItemBatch | BodyDefect]:
        """Yield values that follow each other."""
        while self._buffer.consume_blanks():
            batch = _take_lines(self._buffer, self._batch_bytes, self._max_item_bytes, self._decoder)
            yield from [batch] if batch else self._take_single_items()

    def _take_single_items(self) -> Iterator[ItemBatch | BodyDefect]:
        """Yield the items that are in the buffer one by one, and at least one."""
        yield from self._take_item()
        while self._consume_separator():
            yield from self._take_item()

    def _consume_separator(self) -> bool:
        """Consume what separates two items, if the next item has begun in the buffer; return whether it has."""
        data = self._buffer.data
        position = end_of_blanks(data, 0)
        if self.is_array:
            if byte_at(data, position) != b",":
                return False
            position = end_of_blanks(data, position + 1)
        if byte_at(data, position) in {b"]", b""}:
            return False
        self._buffer.consume(position)
        return True

    def _take_item(self) -> Iterator[ItemBatch | BodyDefect]:
        """Consume one item; the first one that is not UTF-8 is a defect, and left out if a key or an id is garbled."""
        buffer, offset = self._buffer, self._buffer.offset
        size = self._item_size()
        if size is None:
            yield BodyDefect("item-too-large", offset)
            return
        text = bytes(buffer.data[:size])
        buffer.consume(size)
        if not text.strip():
            buffer.consume(0 if self.is_array else 1)
            yield BodyDefect("not-json", offset, "expected a value")
            return
        try:
            item = decode_item(text)
        except orjson.JSONDecodeError as error:
            self._is_truncated = buffer.ended and not buffer.data and error.msg.startswith("unexpected end of data")
            if self._is_truncated:
                yield BodyDefect("truncated-body", buffer.offset)
            else:
                yield BodyDefect("not-json", offset + error.pos, error.msg.partition(":")[0])
            return
        if item.invalid_byte is not None and self._is_utf8:
            self._is_utf8 = False
            yield BodyDefect("not-utf8", offset + item.invalid_byte)
        if item.is_readable:
            yield ItemBatch(b"[%b]" % item.text, offset)

    def _item_size(self) -> int | None:
        """Return the size of the next item in bytes; consume it and return ``None`` if it is too large.

        The size is that of its text, before it is decoded.
        """
        size = self._find_item_end()
        if size is None or size <= self._max_item_bytes:
            return size
        self._buffer.consume(size)
        return None

    def _find_item_end(self) -> int | None:
        """Return where the next item ends; consume it and return ``None`` if it is larger than what may be kept."""
        buffer, position, depth = self._buffer, 0, 0
        while True:
            data = buffer.data
            position = end_of_match(_OUTSIDE_STRINGS, data, position)
            byte = byte_at(data, position)
            if byte == _QUOTE:
                end = end_of_match(_INSIDE_STRING, data, position + 1)
                if byte_at(data, end) == _QUOTE:
                    position = end + 1
                    continue
            elif byte:
                depth += (byte in _OPENING) - (byte in _CLOSING)
                if depth < 0 or (depth == 0 and byte in _SEPARATORS and (byte != b"\n" or not self.is_array)):
                    return position
                position += 1
                if depth == 0 and byte in _CLOSING:
                    return position
                continue
            if len(data) > self._max_item_bytes:
                in_string = byte == _QUOTE
                buffer.consume(position + in_string)
                self._skip_item(SkipState(depth, in_string, is_word=not (depth or in_string)))
                return None
            if buffer.ended:
                return len(data)
            buffer.fill(2 * len(data) + SKIP_CHUNK_BYTES)

    def _skip_item(self, state: SkipState) -> bool:
        """Consume the rest of an item without keeping it; return whether it has an end."""
        buffer = self._buffer
        while True:
            buffer.fill(SKIP_CHUNK_BYTES)
            data = bytes(buffer.data[:SKIP_CHUNK_BYTES])
            end, state = find_end(data, state)
            if end is not None or (buffer.ended and len(data) == len(buffer.data)):
                buffer.consume(len(data) if end is None else end)
                return end is not None
            begins_escape = (len(data) - len(data.rstrip(b"\\"))) % 2  # the escaped character is in the next chunk
            buffer.consume(len(data) - begins_escape)


def _other_format_defect(other_format: OtherFormat, offset: int) -> BodyDefect:
    return BodyDefect("other-format", offset, got=other_format.got, help=other_format.help)


def _take_batch(buffer: ByteBuffer, size: int, max_item_bytes: int, decoder: LeadDecoder | None) -> ItemBatch | None:
    """Consume and decode a batch of array items; consume nothing and return ``None`` if it cannot be decoded.

    A batch is not larger than one item may be, so none of its items is.
    """
    buffer.fill(size)
    data, end = buffer.data, min(len(buffer.data), max_item_bytes)
    for _ in range(_MAX_BATCH_ATTEMPTS):
        end = _last_item_end(data, end)
        if end < 0:
            return None
        with memoryview(data) as view, view[:end] as items:
            text = b"".join((b"[", items, b"]"))
        try:
            batch = ItemBatch(text, buffer.offset, decoder)
        except orjson.JSONDecodeError:
            end -= 1
            continue
        buffer.consume(end)
        return batch
    return None


def _last_item_end(data: bytearray, before: int) -> int:
    """Return the end of the last object that another item or the end of the array follows; -1 if there is none."""
    end = before
    while (end := data.rfind(b"}", 0, end)) >= 0:
        after = end_of_blanks(data, end + 1)
        byte = byte_at(data, after)
        if byte == b"," and byte_at(data, end_of_blanks(data, after + 1)) not in {b"{", b""}:
            continue
        if byte in {b",", b"]"}:
            return end + 1
    return -1


def _take_lines(buffer: ByteBuffer, size: int, max_item_bytes: int, decoder: LeadDecoder | None) -> ItemBatch | None:
    """Consume and decode a batch of lines, one value each; consume nothing and return ``None`` if that fails."""
    buffer.fill(size)
    is_rest = buffer.ended and len(buffer.data) <= max_item_bytes
    end = len(buffer.data) if is_rest else buffer.data.rfind(b"\n", 0, max_item_bytes + 1)
    lines = [line for line in bytes(buffer.data[: max(end, 0)]).split(b"\n") if line.strip()]
    text = b"[%b]" % b",".join(lines)
    try:
        batch = ItemBatch(text, buffer.offset, decoder)
    except orjson.JSONDecodeError:
        return None
    if not lines or len(batch) != len(lines):
        return None
    buffer.consume(end)
    return batch
