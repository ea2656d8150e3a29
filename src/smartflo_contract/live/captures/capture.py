"""The responses of a capture, whichever format it has."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from smartflo_contract.live.captures.captured_response import CapturedResponse, Exchange, captured_response
from smartflo_contract.live.captures.cassettes import json_exchanges, yaml_exchanges
from smartflo_contract.live.captures.har import har_exchanges
from smartflo_contract.live.captures.journal import journal_exchanges
from smartflo_contract.live.errors import LiveError
from smartflo_contract.live.parsing.decompression import begin_of_gzip, gunzip, is_gzip
from smartflo_contract.live.parsing.json_reader import JsonReader, NotJsonError
from smartflo_contract.schemas.grammar import format_count

_RECOGNIZED_BYTES: Final = 64 * 1024
"""Size of the beginning in which a capture is recognized."""
_JSON: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{(?:\s*"[^"\\]*+"\s*:\s*(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|[-+.\w]+|\{[^{}]*\})\s*,)*'
    rb'\s*"(?:(log)"\s*:\s*\{|((?:http_)?interactions)"\s*:\s*\[|(requests)"\s*:\s*\[)',
    re.DOTALL,
)
"""A JSON object whose first member that is neither short nor flat is that of a capture."""
_YAML: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:(?:---[^\n]*|%YAML[^\n]*|#[^\n]*|[a-z_]+:[^\n\[{]*)?\r?\n)*?"
    rb"(?:http_)?interactions:[ \t]*(?:\[\][ \t]*)?(?:\r?\n|\Z)"
)
_JSON_FORMATS: Final[tuple[tuple[str, Callable[[JsonReader], Iterator[Exchange]]], ...]] = (
    ("HAR file", har_exchanges),
    ("cassette", json_exchanges),
    ("journal", journal_exchanges),
)
"""What a capture is, and how it is read; in the order of the groups of the pattern."""


class Capture:
    """A capture whose format is recognized by its content.

    Args:
        name: its name in errors.
        chunks: its content, plain or gzip.

    Attributes:
        chunks: the content again, to be read once.
    """

    def __init__(self, name: str, chunks: Iterable[bytes]) -> None:
        """Read the beginning."""
        chunks = iter(chunks)
        beginning = b""
        for chunk in chunks:
            beginning += chunk
            if len(beginning) >= _RECOGNIZED_BYTES:
                break
        self._name = name
        self.chunks: Iterable[bytes] = chain([beginning], chunks)
        self._is_compressed = is_gzip(beginning)
        text = begin_of_gzip(beginning, _RECOGNIZED_BYTES) if self._is_compressed else beginning
        json = _JSON.match(text, 0, _RECOGNIZED_BYTES)
        self._is_yaml = json is None and _YAML.match(text, 0, _RECOGNIZED_BYTES) is not None
        self._json_format = None if json is None else _JSON_FORMATS[json.lastindex - 1] if json.lastindex else None

    def __bool__(self) -> bool:
        """Return whether this is a capture; otherwise ``chunks`` has the content."""
        return self._is_yaml or self._json_format is not None

    def responses(self) -> Iterator[CapturedResponse]:
        """Yield all responses, those that contain no leads too; whoever receives one closes it.

        Raises:
            LiveError: the rest cannot be read.
        """
        chunks = gunzip(self.chunks) if self._is_compressed else self.chunks
        if self._json_format is None:
            yield from map(captured_response, yaml_exchanges(self._name, chunks))
            return
        noun, exchanges = self._json_format
        count = 0
        try:
            for exchange in exchanges(JsonReader(chunks)):
                count += 1
                yield captured_response(exchange)
        except NotJsonError as error:
            requests = format_count(count, "request")
            message = f"{self._name} is an incomplete {noun}: {error}, after {requests}; save it again"
            raise LiveError(message) from None
