"""Recognition of bodies in another format than JSON, by how they begin."""

import re
from typing import Final, NamedTuple

_UNPACK: Final = "Unpack the JSON file"
_DECOMPRESS: Final = "Decompress the file"
_SIGNATURES: Final = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", f"{_UNPACK}, such as with `unzip -p FILE`."),
    (b"BZh", "a bzip2 file", f"{_DECOMPRESS}, such as with `bzip2 -dc FILE`."),
    (b"\xfd7zXZ\0", "an xz file", f"{_DECOMPRESS}, such as with `xz -dc FILE`."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", f"{_DECOMPRESS}, such as with `zstd -dc FILE`."),
    (b"\x04\x22\x4d\x18", "an LZ4 file", f"{_DECOMPRESS}, such as with `lz4 -dc FILE`."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", f"{_UNPACK}."),
    (b"Rar!\x1a", "a RAR archive", f"{_UNPACK}."),
    (b"\x1f\x8b", "gzip inside gzip", f"{_DECOMPRESS} once, such as with `gzip -dc FILE`."),
    (b"PAR1", "a Parquet file", ""),
    (b"%PDF-", "a PDF document", ""),
    (b"<?xml", "an XML document", ""),
)
"""How a file begins, what it is, and what to do; empty for the advice of the rule."""
_TAR: Final = 257, b"ustar"
_YAML: Final = re.compile(rb"---(?:\s|\Z)|%YAML|- +\S|[A-Za-z_][\w-]*:(?:\s|\Z)")
_HTTP: Final = re.compile(rb"HTTP/[0-9.]{1,3} [0-9]{3}\b")
_DELIMITERS: Final = (b",", b";", b"\t", b"|")
_HEADER_CELL: Final = re.compile(rb'"[^"]*"|[A-Za-z_][^"{}\[\]:]*')
SIGNATURE_BYTES: Final = max(len(signature) for signature, *_ in _SIGNATURES)
"""Bytes that decide about all signatures but that of tar."""


class OtherFormat(NamedTuple):
    """A format of a body that is not JSON.

    Attributes:
        got: what the body is.
        help: what to do; empty for the advice of the rule.
    """

    got: str
    help: str = ""


def binary_format(data: bytes | bytearray) -> OtherFormat | None:
    """Return the format of a body by its first bytes; ``None`` if it may be JSON."""
    for signature, got, advice in _SIGNATURES:
        if data.startswith(signature):
            return OtherFormat(got, advice)
    position, signature = _TAR
    is_tar = data[position : position + len(signature)] == signature
    return OtherFormat("a tar archive", f"{_UNPACK}, such as with `tar -xOf FILE`.") if is_tar else None


def text_format(data: bytes | bytearray) -> OtherFormat | None:
    """Return the format of a text by its first lines; ``None`` if it may be JSON."""
    lines = [line.strip() for line in bytes(data).splitlines() if line.strip()][:2]
    if lines and _HTTP.match(lines[0]):
        return OtherFormat("an HTTP response with its headers", "Save the body alone; with curl, omit -i.")
    if lines and _YAML.match(lines[0]):
        return OtherFormat("YAML")
    if len(lines) > 1 and _HEADER_CELL.match(lines[0]):
        for delimiter in _DELIMITERS:
            cells = lines[0].split(delimiter)
            is_header = len(cells) > 1 and all(map(_HEADER_CELL.fullmatch, map(bytes.strip, cells)))
            if is_header and lines[1].count(delimiter) >= len(cells) - 1:
                return OtherFormat("CSV")
    return None
