"""A body as it arrives, cut into the items of its array, in memory that does not grow with it.

Some hundred items are decoded at once. That they were cut at their ends is known once they are decoded, because no
JSON value ends in the midst of another. Where they cannot be decoded, their ends are counted out, which finds the
item at fault. A body that is no array is taken for values that follow each other, as one lead a line.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, Final, NamedTuple

import orjson

MOST_ITEM: Final = 16 * 1024 * 1024
"""Bytes of one item, beyond which it is passed over."""
_BATCH: Final = 128 * 1024
"""Bytes that are decoded at once, where the body has so many."""
_TRIES: Final = 3
"""Ends that are tried before they are counted out."""
_KEPT: Final = 64 * 1024
"""Bytes that are read at once of what is passed over."""
_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_OUTSIDE: Final = re.compile(rb'[^"{}\[\],\n]*+')
_INSIDE: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_UTF8: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_MARK: Final = 3
"""Bytes of a byte order mark."""
_QUOTE: Final = b'"'
_WORD_END: Final = re.compile(rb"[,\]}\n]")
_MARKS: Final = re.compile(rb'\\.|["{}\[\]]', re.DOTALL)
_STEPS: Final = dict(zip(b"{[}]", (1, 1, -1, -1), strict=True))
"""By how many brackets more are open after each."""
_BRACKETS: Final = bytes.maketrans(b"[]", b"{}")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(_STEPS))
_FLAT: Final = 4
"""Brackets in brackets that are left out together."""
_OPENING, _CLOSING, _BETWEEN = frozenset({b"{", b"["}), frozenset({b"}", b"]"}), frozenset({b",", b"\n"})


class Items(NamedTuple):
    """Items that follow each other.

    Attributes:
        values: decoded.
        offset: of the first byte, in the body.
        text: what was decoded, an array in JSON.
    """

    values: list[Any]
    offset: int
    text: bytes


class Fault(NamedTuple):
    """Something in a body that is no item.

    Attributes:
        rule: what is wrong, by its name.
        offset: of the byte where it is, in the body; ``None`` for what is no matter of the body.
        detail: what is there, without any value of the body.
    """

    rule: str
    offset: int | None
    detail: str = ""


class Split:
    """A body, cut into items; iterate over it once.

    Args:
        pieces: the body; nothing of it is kept.
        most_item: bytes of one item; a larger one is a fault, and reading goes on after it.

    Attributes:
        is_array: whether the body is an array, and not values that follow each other; known after the first item.
        read: bytes that have been taken.
    """

    def __init__(self, pieces: Iterable[bytes], most_item: int = MOST_ITEM) -> None:
        """Read nothing yet."""
        self.is_array = False
        self._buffer = _Buffer(pieces)
        self._most_item, self._at_once = most_item, min(_BATCH, most_item)
        self._cut = False

    @property
    def read(self) -> int:
        """Bytes that have been taken."""
        return self._buffer.offset

    def __iter__(self) -> Iterator[Items | Fault]:
        """Yield the items, and what is none, in their order."""
        buffer = self._buffer
        buffer.fill(_LONGEST_MARK)
        if buffer.data.startswith(_UTF8):
            yield Fault("byte-order-mark", 0)
            buffer.take(len(_UTF8))
        elif buffer.data.startswith(_UTF16) or 0 in buffer.data[:2]:
            yield Fault("not-utf8", 0)
            return
        first = buffer.skip_blanks()
        if not first:
            yield Fault("empty-body", buffer.offset)
        elif first == b"[":
            self.is_array = True
            buffer.take(1)
            yield from self._array()
        elif first == b"<":
            yield Fault("html-body", buffer.offset)
        else:
            yield from self._values()

    def _array(self) -> Iterator[Items | Fault]:
        """Yield what follows the bracket at the beginning of an array."""
        buffer = self._buffer
        byte = buffer.skip_blanks()
        while byte not in {b"]", b""}:
            batch = _batch(buffer, self._at_once)
            yield from [batch] if batch else self._counted()
            byte = buffer.skip_blanks()
            if byte == b",":
                comma = buffer.offset
                buffer.take(1)
                byte = buffer.skip_blanks()
                if byte in {b"]", b""}:
                    yield Fault("dangling-comma", comma)
                    if not byte:
                        return
            elif byte not in {b"]", b""}:
                yield Fault("not-json", buffer.offset, "expected a comma, or the end of the array")
                return
        if byte:
            buffer.take(1)
            if buffer.skip_blanks():
                yield Fault("trailing-data", buffer.offset)
        elif not self._cut:
            yield Fault("truncated-body", buffer.offset)

    def _values(self) -> Iterator[Items | Fault]:
        """Yield values that follow each other."""
        while self._buffer.skip_blanks():
            batch = _lines(self._buffer, self._at_once)
            yield from [batch] if batch else self._counted()

    def _counted(self) -> Iterator[Items | Fault]:
        """Yield the items that have been read one by one, and one at least."""
        yield self._one()
        while self._has_next():
            yield self._one()

    def _has_next(self) -> bool:
        """Take what stands before the next item, where that has begun in what has been read."""
        data = self._buffer.data
        at = _blanks(data, 0)
        if self.is_array:
            if _byte(data, at) != b",":
                return False
            at = _blanks(data, at + 1)
        if _byte(data, at) in {b"]", b""}:
            return False
        self._buffer.take(at)
        return True

    def _one(self) -> Items | Fault:
        """Take one item, whole or not."""
        buffer, offset = self._buffer, self._buffer.offset
        size = self._size()
        if size is None:
            return Fault("item-too-large", offset)
        text = bytes(buffer.data[:size])
        buffer.take(size)
        if not text.strip():
            buffer.take(0 if self.is_array else 1)
            return Fault("not-json", offset, "expected a value")
        try:
            return Items([orjson.loads(text)], offset, b"[%b]" % text)
        except orjson.JSONDecodeError as error:
            self._cut = buffer.ended and not buffer.data and error.msg.startswith("unexpected end of data")
            if self._cut:
                return Fault("truncated-body", buffer.offset)
            return Fault("not-json", offset + error.pos, error.msg.partition(":")[0])

    def _size(self) -> int | None:
        """Return how many bytes the value at hand has; ``None`` where there are too many, which are then taken."""
        buffer, at, depth = self._buffer, 0, 0
        while True:
            data = buffer.data
            at = _end_of(_OUTSIDE, data, at)
            byte = _byte(data, at)
            if byte == _QUOTE:
                end = _end_of(_INSIDE, data, at + 1)
                if _byte(data, end) == _QUOTE:
                    at = end + 1
                    continue
            elif byte:
                depth += (byte in _OPENING) - (byte in _CLOSING)
                if depth < 0 or (depth == 0 and byte in _BETWEEN and (byte != b"\n" or not self.is_array)):
                    return at
                at += 1
                if depth == 0 and byte in _CLOSING:
                    return at
                continue
            if len(data) > self._most_item:
                self._pass_over(at, depth, inside=byte == _QUOTE)
                return None
            if buffer.ended:
                return len(data)
            buffer.fill(2 * len(data) + _KEPT)

    def _pass_over(self, at: int, depth: int, *, inside: bool) -> None:
        """Take the rest of an item, keeping nothing of it.

        Args:
            at: where in what has been read.
            depth: brackets that are open there.
            inside: whether a text begins there.
        """
        buffer = self._buffer
        buffer.take(at + inside)
        is_word = not (depth or inside)
        while True:
            buffer.fill(_KEPT)
            data = bytes(buffer.data[:_KEPT])
            if is_word:
                found = _WORD_END.search(data)
                end = found.start() if found else None
            else:
                end, depth, inside = _item_end(data, depth, inside=inside)
            if end is not None or (buffer.ended and len(data) == len(buffer.data)):
                buffer.take(len(data) if end is None else end)
                return
            escaping = (len(data) - len(data.rstrip(b"\\"))) % 2  # what it is about has not been read yet
            buffer.take(len(data) - escaping)


class _Buffer:
    """What has been read and not yet been taken.

    Attributes:
        data: bytes.
        offset: of the first of them, in the body.
        ended: no more bytes come.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.data = bytearray()
        self.offset = 0
        self.ended = False
        self._pieces = iter(pieces)

    def fill(self, size: int) -> None:
        """Read on until there are so many bytes, or no more come."""
        while len(self.data) < size and not self.ended:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
            else:
                self.data += piece

    def take(self, size: int) -> None:
        """Forget the first bytes."""
        del self.data[:size]
        self.offset += size

    def skip_blanks(self) -> bytes:
        """Forget blanks, and return the byte after them; none at the end."""
        while True:
            self.fill(1)
            self.take(_blanks(self.data, 0))
            if self.data or self.ended:
                return _byte(self.data, 0)


def _batch(buffer: _Buffer, size: int) -> Items | None:
    """Take and decode some hundred items of an array; ``None``, and nothing is taken, where that cannot be done."""
    buffer.fill(size)
    data, end = buffer.data, len(buffer.data)
    for _ in range(_TRIES):
        end = _last_end(data, end)
        if end < 0:
            return None
        text = b"".join((b"[", data[:end], b"]"))
        try:
            values = orjson.loads(text)
        except orjson.JSONDecodeError:
            end -= 1
            continue
        found = Items(values, buffer.offset, text)
        buffer.take(end)
        return found
    return None


def _last_end(data: bytearray, before: int) -> int:
    """Return where the last item ends that is followed by another one, or by the end of the array; -1 for none."""
    end = before
    while (end := data.rfind(b"}", 0, end)) >= 0:
        after = _blanks(data, end + 1)
        byte = _byte(data, after)
        if byte == b"," and _byte(data, _blanks(data, after + 1)) not in {b"{", b""}:
            continue
        if byte in {b",", b"]"}:
            return end + 1
    return -1


def _lines(buffer: _Buffer, size: int) -> Items | None:
    """Take and decode some hundred lines, each a value; ``None``, and nothing is taken, where that cannot be done."""
    buffer.fill(size)
    end = len(buffer.data) if buffer.ended else buffer.data.rfind(b"\n")
    lines = [line for line in bytes(buffer.data[: max(end, 0)]).split(b"\n") if line.strip()]
    text = b"[%b]" % b",".join(lines)
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not lines or len(values) != len(lines):
        return None
    found = Items(values, buffer.offset, text)
    buffer.take(end)
    return found


def _item_end(data: bytes, depth: int, *, inside: bool) -> tuple[int | None, int, bool]:
    """Return where an item ends, if it does so in some data, and else how many brackets are open then, and a text.

    Brackets are looked at one by one only where the item ends: elsewhere it is enough how many there are.
    """
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data
    parts = plain.split(_QUOTE)
    brackets = b"".join(parts[inside::2]).translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(_FLAT):
        brackets = brackets.replace(b"{}", b"")
    steps = [_STEPS[byte] for byte in brackets]
    if len(parts) == 1 if depth == 0 else min(accumulate(steps, initial=depth)) > 0:
        return None, depth + sum(steps), inside == len(parts) % 2
    for mark in _MARKS.finditer(data):
        if mark[0] == _QUOTE:
            inside = not inside
        elif not inside:
            depth += _STEPS.get(mark[0][0], 0)
        if depth == 0 and not inside:
            return mark.end(), depth, inside
    return None, depth, inside


def _end_of(pattern: re.Pattern[bytes], data: bytearray, at: int) -> int:
    """Return where a pattern ends that fits everywhere, if only nothing."""
    found = pattern.match(data, at)
    return found.end() if found else at


def _blanks(data: bytearray, at: int) -> int:
    """Return where blanks end."""
    return _end_of(_SPACE, data, at)


def _byte(data: bytearray, at: int) -> bytes:
    """Return one byte, none at the end."""
    return bytes(data[at : at + 1])
