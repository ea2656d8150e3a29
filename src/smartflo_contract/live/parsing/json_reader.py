"""A JSON document, read key by key: only the members that are wanted are kept, and long strings go to files."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from tempfile import SpooledTemporaryFile
from typing import Any, Final, TypeAlias

import orjson

from smartflo_contract.live.parsing._byte_buffer import ByteBuffer
from smartflo_contract.live.parsing._skipped_item import SkipState, find_end

_SPOOL_BYTES: Final = 1024 * 1024
"""Size from which on a body is in a temporary file, and not in memory."""
_MAX_VALUE_BYTES: Final = 256 * 1024
"""Maximum size of a value that is decoded; a larger one is left out."""
_OPENING: Final = frozenset({b"{", b"["})
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_COMPLETE_CHARACTERS: Final = re.compile(
    rb"(?:[^\\]+|\\[^u]|\\u(?![dD][89abAB])[0-9a-fA-F]{4}"
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\u[0-9a-fA-F]{4}|(?=[^\\]|\\[^u])))*",
    re.DOTALL,
)
"""The part of a string that contains no incomplete escape, and no first half of a surrogate pair at its end."""
_INCOMPLETE_CHARACTER: Final = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")
_MAX_HELD_BYTES: Final = 32
"""Maximum size of what an incomplete character leaves for the next part."""

Body: TypeAlias = SpooledTemporaryFile[bytes]
"""A body that was read, in memory or in a temporary file; whoever receives it closes it."""


class NotJsonError(ValueError):
    """A document is not JSON, or ends too early.

    Args:
        offset: position, in bytes.
        is_truncated: whether the document ends there.

    Attributes:
        is_truncated: the same.
    """

    def __init__(self, offset: int, *, is_truncated: bool) -> None:
        """Name the position."""
        super().__init__(f"it ends at byte {offset:,}" if is_truncated else f"it is not JSON at byte {offset:,}")
        self.is_truncated = is_truncated


class Leaf(Enum):
    """How a member is read."""

    VALUE = "decoded; None if it is larger than 256 KiB"
    STRING = "the content of a string, as a body"
    JSON = "any value but null, as a body of JSON"


Tree: TypeAlias = Mapping[str, "Leaf | Tree"]
"""Members of an object that are read, by key."""


class JsonReader:
    """Reads a JSON document from its beginning to its end.

    Each method reads the value at the current position. Between two keys or items, the caller reads one value.

    Args:
        chunks: the document; consumed bytes are not kept.
        part_bytes: size of the parts in which values are read, at least 2.
    """

    def __init__(self, chunks: Iterable[bytes], part_bytes: int = 64 * 1024) -> None:
        """Skip a byte order mark."""
        self._part_bytes = part_bytes
        self._buffer = ByteBuffer(chunks)
        self._buffer.fill(len(_UTF8_MARK))
        if self._buffer.data.startswith(_UTF8_MARK):
            self._buffer.consume(len(_UTF8_MARK))

    def read_keys(self) -> Iterator[str]:
        """Yield the keys of an object; none of another value."""
        for _ in self._members(b"{", b"}"):
            key = self._decoded()
            if not isinstance(key, str):
                raise self._error()
            self._expect(b":")
            yield key

    def find_keys(self, *wanted: str) -> Iterator[str]:
        """Yield those keys of an object that are wanted; skip all other members."""
        for key in self.read_keys():
            if key in wanted:
                yield key
            else:
                self.skip()

    def read_items(self) -> Iterator[int]:
        """Yield the indexes of the items of an array; none of another value."""
        for index, _ in enumerate(self._members(b"[", b"]")):
            yield index

    def tree(self, tree: Tree) -> dict[str, Any]:
        """Return some members of an object; an empty object for another value."""
        members: dict[str, Any] = {}
        try:
            for key in self.read_keys():
                branch = tree.get(key)
                close_bodies(members.pop(key, None))
                if branch is None:
                    self.skip()
                elif isinstance(branch, Mapping):
                    members[key] = self.tree(branch)
                else:
                    members[key] = self._leaf(branch)
        except BaseException:
            close_bodies(members)
            raise
        return members

    def skip(self) -> None:
        """Read a value and forget it."""
        for _ in self._raw():
            pass

    def _leaf(self, leaf: Leaf) -> Any:
        first = self._buffer.consume_blanks()
        if leaf is Leaf.VALUE or (leaf is Leaf.STRING and first != b'"') or first == b"n":
            return self._decoded()
        parts = self._raw()
        return spooled(_decode_string(parts, self._error) if leaf is Leaf.STRING else parts)

    def _members(self, opening: bytes, closing: bytes) -> Iterator[None]:
        """Yield before each member of an object or an array; skip any other value."""
        buffer = self._buffer
        if buffer.consume_blanks() != opening:
            self.skip()
            return
        buffer.consume(1)
        while buffer.consume_blanks() != closing:
            yield
            if buffer.consume_blanks() != closing:
                self._expect(b",")
        buffer.consume(1)

    def _decoded(self) -> Any:
        """Return a value; ``None`` if it is large."""
        kept = bytearray()
        for part in self._raw():
            kept += part if len(kept) <= _MAX_VALUE_BYTES else b""
        if len(kept) > _MAX_VALUE_BYTES:
            return None
        try:
            return json.loads(kept.decode(errors="surrogateescape"), strict=False)
        except (ValueError, RecursionError):
            raise self._error() from None

    def _raw(self) -> Iterator[bytes]:
        """Yield the bytes of a value in parts, none of which ends between a backslash and the escaped character."""
        buffer = self._buffer
        first = buffer.consume_blanks()
        if first in _OPENING or first == b'"':
            yield first
            buffer.consume(1)
        is_empty = True
        state = SkipState(int(first in _OPENING), in_string=first == b'"', is_word=first not in {*_OPENING, b'"'})
        while True:
            buffer.fill(self._part_bytes)
            data = bytes(buffer.data[: self._part_bytes])
            if len(data) < len(buffer.data) or not buffer.ended:
                data = data[: len(data) - (len(data) - len(data.rstrip(b"\\"))) % 2]
            end, state = find_end(data, state)
            if not data or (end == 0 and is_empty):
                raise self._error()
            is_empty = False
            buffer.consume(len(data) if end is None else end)
            yield data[:end]
            if end is not None:
                return

    def _expect(self, byte: bytes) -> None:
        if self._buffer.consume_blanks() != byte:
            raise self._error()
        self._buffer.consume(1)

    def _error(self) -> NotJsonError:
        return NotJsonError(self._buffer.offset, is_truncated=self._buffer.ended and not self._buffer.data)


def close_bodies(value: object) -> None:
    """Close the bodies in a member."""
    if isinstance(value, SpooledTemporaryFile):
        value.close()
    elif isinstance(value, dict):
        for member in value.values():
            close_bodies(member)


def spooled(parts: Iterable[bytes]) -> Body:
    """Return parts that follow each other as one body."""
    file: Body = SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115 - the caller closes it
    try:
        for part in parts:
            file.write(part)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _decode_string(parts: Iterator[bytes], error: Callable[[], NotJsonError]) -> Iterator[bytes]:
    """Yield the content of a JSON string, in UTF-8 unless it contains half of a surrogate pair.

    Args:
        parts: the opening quote, and the rest with the closing quote.
        error: returns the error of an invalid string.
    """
    next(parts)
    held, current = b"", next(parts)
    for following in parts:
        data, current = held + current, following
        complete = _COMPLETE_CHARACTERS.match(data)
        end = complete.end() if complete else 0
        if incomplete := _INCOMPLETE_CHARACTER.search(data, max(0, end - 3), end):
            end = incomplete.start()
        if len(data) - end > _MAX_HELD_BYTES:
            raise error()
        held = data[end:]
        yield _unescape(data[:end], error)
    yield _unescape(held + current.removesuffix(b'"'), error)


def _unescape(text: bytes, error: Callable[[], NotJsonError]) -> bytes:
    try:
        return str(orjson.loads(b'"%b"' % text)).encode()
    except orjson.JSONDecodeError:  # control characters, half of a surrogate pair, or not UTF-8: some tools write them
        pass
    try:
        string = json.loads(f'"{text.decode(errors="surrogateescape")}"', strict=False)
    except ValueError:
        raise error() from None
    return str(string).encode(errors="surrogatepass")
