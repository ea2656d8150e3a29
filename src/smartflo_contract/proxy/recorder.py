"""Recording of lead lists, without personal data, while they are passed on."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path
from typing import IO, Final, cast

from smartflo_contract.live.recording.record import record
from smartflo_contract.proxy.chunk_reader import ChunkReader
from smartflo_contract.schemas.overlay import OverlaySource

_KEY_BYTES: Final = 32
_DIGEST_DIGITS: Final = 8


class Recorder:
    """Records lead lists in a folder: one file for each list, with the pseudonyms of one key.

    Args:
        folder: the folder.
        overlay: partial lead schema that extends the contract.
    """

    def __init__(self, folder: Path, overlay: OverlaySource | None) -> None:
        """Choose a key, which is not stored."""
        self._folder, self._overlay = folder, overlay
        self._key = secrets.token_bytes(_KEY_BYTES)

    def in_thread(self, list_id: str, query: str) -> ChunkReader[Path]:
        """Return a reader that records one response and returns its file.

        Its result raises :class:`RecordError` if the response is not a complete list of leads, or a value has no
        pseudonym; then nothing is written.

        Args:
            list_id: id of the list in the path.
            query: query string; lists that were filtered are kept apart.
        """
        path = self._folder / self._file_name(list_id, query)

        def write(chunks: Iterator[bytes]) -> Path:
            file = cast("IO[bytes]", _ChunkFile(chunks))
            record(file, path, overlay=self._overlay, key=self._key)  # type: ignore[arg-type]
            return path

        return ChunkReader(write)

    def _file_name(self, list_id: str, query: str) -> str:
        """Return a file name. A query may contain personal data, so only a keyed hash of it appears."""
        if not query:
            return f"leads-{list_id}.json"
        digest = hmac.new(self._key, query.encode(), hashlib.sha256).hexdigest()[:_DIGEST_DIGITS]
        return f"leads-{list_id}-{digest}.json"


class _ChunkFile(RawIOBase):
    """A file that is read chunk by chunk.

    Args:
        chunks: its content.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        """Read nothing yet."""
        self._chunks = chunks

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - a chunk is small
        """Return the next chunk; empty at the end."""
        return next(self._chunks, b"")
