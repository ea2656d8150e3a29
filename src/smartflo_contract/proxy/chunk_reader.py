"""Functions that read a body while it is passed on, each in a thread of its own."""

from collections.abc import Callable, Iterator
from queue import Queue
from threading import Thread
from typing import Final, Generic, TypeVar

T = TypeVar("T")
_MAX_CHUNKS: Final = 16
"""Chunks of at most 64 KiB that a reader may be behind; then the client waits for it."""


class ReadingAbortedError(OSError):
    """The body ended before its end; what was read of it does not count."""

    def __init__(self) -> None:
        """State the reason."""
        super().__init__(None, "the body is incomplete")


class ChunkReader(Generic[T]):
    """Calls a function with the chunks of a body as they arrive.

    Args:
        read: called with an iterator over the chunks, which raises :class:`ReadingAbortedError` if the body is cut off.
    """

    def __init__(self, read: Callable[[Iterator[bytes]], T]) -> None:
        """Start the thread."""
        self._read = read
        self._chunks: Queue[bytes | ReadingAbortedError | None] = Queue(_MAX_CHUNKS)
        self._result: T | None = None
        self._error: BaseException | None = None
        self._has_ended = False
        self._thread = Thread(target=self._run, name="chunk-reader", daemon=True)
        self._thread.start()

    def add(self, chunk: bytes) -> None:
        """Pass the next chunk, and wait if the function is behind."""
        self._chunks.put(chunk)

    def end(self) -> T:
        """Return what the function returns at the end of the body, or raise what it raises."""
        self._chunks.put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error
        result: T = self._result  # type: ignore[assignment]  # the function has returned it
        return result

    def abort(self) -> None:
        """End the function without a result."""
        self._chunks.put(ReadingAbortedError())
        self._thread.join()

    def _run(self) -> None:
        try:
            self._result = self._read(self._iterate())
        except BaseException as error:  # noqa: BLE001 - raised again by `end`
            self._error = error
        while not self._has_ended:  # the function may have stopped early; nobody must wait for it
            self._next()

    def _iterate(self) -> Iterator[bytes]:
        while (chunk := self._next()) is not None:
            if isinstance(chunk, ReadingAbortedError):
                raise chunk
            yield chunk

    def _next(self) -> bytes | ReadingAbortedError | None:
        chunk = self._chunks.get()
        self._has_ended = chunk is None or isinstance(chunk, ReadingAbortedError)
        return chunk
