"""Sources of response bodies: URLs of the real API, files, standard input and bytes."""

import io
import json
import os
import re
import stat
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from smartflo_contract.live.captures.capture import Capture
from smartflo_contract.live.captures.captured_response import CapturedResponse
from smartflo_contract.live.captures.selection import SelectedResponses, count_omissions
from smartflo_contract.live.client.credentials import Credentials, credentials_from_environment
from smartflo_contract.live.errors import ApiUnavailableError, LiveError, TruncatedBodyError
from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.schemas.other_endpoints import known_message
from smartflo_contract.schemas.printable import escape_unprintable

BodySource: TypeAlias = str | PathLike[str] | bytes | BinaryIO
"""A URL, the path of a file, ``-`` for standard input, the bytes of a body, or an open binary file.

A path of a capture may end with a selector: ``session.har#8668`` for a list id, ``session.har#/log/entries/2`` for one
response.
"""
Progress: TypeAlias = Callable[[int, int, int | None], None]
"""Called with the leads and bytes that were read so far, and the bytes of all sources, ``None`` if unknown."""

_MAX_ERROR_BYTES: Final = 16 * 1024
_MEDIA_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z.+-]{1,40}")
_CHUNK_BYTES: Final = 1024 * 1024
_URL: Final = re.compile("https?://", re.IGNORECASE)


@dataclass(frozen=True)
class OpenBody:
    """A body that is open for reading.

    Attributes:
        name: name in reports; a URL without its query.
        chunks: the body; ``None`` if it is not read because the HTTP status is an error.
        is_http_response: whether it is an HTTP response, which must be an array.
        path: path of a file on disk.
        defects: defects of the response besides the body; complete once the chunks are read.
        list_id: id of its list, if a capture has it.
        recorded: date on which it was recorded, ISO 8601, if a capture has it.
    """

    name: str
    chunks: Iterable[bytes] | None
    is_http_response: bool = False
    path: Path | None = None
    defects: list[BodyDefect] = field(default_factory=list)
    list_id: str | None = None
    recorded: str | None = None


class Omissions(NamedTuple):
    """Responses of a capture that contain no leads, and are not read.

    Attributes:
        name: name of the capture.
        counts: number of responses by reason, such as ``of another host``.
    """

    name: str
    counts: Mapping[str, int]

    def __str__(self) -> str:
        """Return one line."""
        total, reasons = count_omissions(self.counts)
        return f"{self.name}: {total} not read: {reasons}"


class SourceOpener:
    """Opens sources, one after the other.

    Args:
        token: an access token or a login; by default the credentials in the environment.
        max_wait: total seconds to wait for rate limits (429) of one source.
        max_time: maximum seconds for one response.

    Attributes:
        bytes_read: bytes of all sources that were read, before decompression of files.
        omissions: what captures contain besides responses with leads.
    """

    def __init__(self, token: str | Credentials | None, max_wait: float, max_time: float) -> None:
        """Open nothing yet."""
        self.bytes_read = 0
        self.omissions: list[Omissions] = []
        self._credentials = Credentials(token) if isinstance(token, str) else token or credentials_from_environment()
        self._tokens: dict[str, str] = {}
        self._max_wait, self._max_time = max_wait, max_time
        self._failures: dict[str, ApiUnavailableError] = {}

    @contextmanager
    def open(self, source: BodySource) -> Iterator[OpenBody]:
        """Open a source that has one response.

        Raises:
            LiveError: it cannot be read.
            SourceChoiceError: it is a capture with several responses.
        """
        with closing(self._bodies(source, must_be_one=True)) as bodies:
            yield next(bodies)

    def open_all(self, source: BodySource) -> Generator[OpenBody]:
        """Yield each response of a source, open until the next one; only a capture has several.

        Raises:
            LiveError: it cannot be read, or not to its end.
        """
        return self._bodies(source, must_be_one=False)

    def _bodies(self, source: BodySource, *, must_be_one: bool) -> Generator[OpenBody]:
        require_source(source)
        if is_url(source):
            with self._from_url(str(source)) as body:
                yield body
        elif isinstance(source, bytes):
            yield from self._from_file(source, BytesIO(source), must_be_one=must_be_one)
        elif not isinstance(source, str | PathLike):
            yield from self._from_file(source, source, must_be_one=must_be_one)
        elif source == "-":
            yield from self._from_file(source, _standard_input(), must_be_one=must_be_one)
        else:
            path, selector = split_selector(source)
            try:
                file = path.open("rb")
            except (OSError, ValueError) as error:
                hint = "; a URL begins with https:// or http://" if "/v1/" in str(source) and not _exists(path) else ""
                reason = error.strerror if isinstance(error, OSError) else "its name is not valid"
                message = f"cannot read {source_name(source)}: {reason}{hint}"
                raise LiveError(message) from None
            with file:
                yield from self._from_file(path, file, path, selector, must_be_one=must_be_one)

    def count_bytes(self, chunks: Iterable[bytes], share: float = 1) -> Iterator[bytes]:
        """Yield chunks and count their bytes.

        Args:
            chunks: the chunks.
            share: share of the source that they are, if another process reads the rest.
        """
        for chunk in chunks:
            self.bytes_read += int(len(chunk) / share)
            yield chunk

    def _from_file(
        self, source: BodySource, file: BinaryIO, path: Path | None = None, selector: str = "", *, must_be_one: bool
    ) -> Generator[OpenBody]:
        """Yield the responses of a file.

        Args:
            source: the source.
            file: its content.
            path: path of a file on disk.
            selector: what is selected in a capture; empty for all responses with leads.
            must_be_one: whether several responses are an error.
        """
        name = source_name(source)
        capture = Capture(name, read_chunks(name, file))
        capture.chunks = self.count_bytes(capture.chunks)
        if not capture and selector:
            message = f"{name} is no HAR file, cassette or journal, so #{selector} selects nothing; leave it out"
            raise LiveError(message)
        if not capture:
            yield OpenBody(name, capture.chunks, path=path)
            return
        selected = SelectedResponses(name, capture.responses(), selector, is_file=path is not None)
        try:
            with closing(selected.only() if must_be_one else selected.each()) as responses:
                yield from (_captured_body(name, response) for response in responses)
        finally:
            if selected.omissions:
                self.omissions.append(Omissions(name, selected.omissions))

    @contextmanager
    def _from_url(self, url: str) -> Iterator[OpenBody]:
        # Imported late: requests takes longer to import than a small file to check.
        from smartflo_contract.live.client.fetch import fetch  # noqa: PLC0415
        from smartflo_contract.live.client.fetcher import Fetcher  # noqa: PLC0415
        from smartflo_contract.live.client.urls import api_root_of, validate_url  # noqa: PLC0415

        root = api_root_of(validate_url(url))
        if root in self._failures:
            message = f"{_name_of_url(url)} was not requested: {self._failures[root]}"
            raise ApiUnavailableError(message)
        fetcher = Fetcher(max_wait=self._max_wait, max_seconds=self._max_time)
        try:
            response = fetch(url, credentials=self._credentials, tokens=self._tokens, fetcher=fetcher)
        except ApiUnavailableError as error:
            self._failures[root] = error
            raise
        with response:
            name = _name_of_url(response.url)
            if response.status != HTTPStatus.OK:
                yield OpenBody(name, None, defects=[_status_defect(response.status, response.chunks)])
                return
            defects = type_defects(response.content_type)
            chunks = self.count_bytes(_until_truncation(response.chunks, defects))
            yield OpenBody(name, chunks, is_http_response=True, defects=defects)


def _captured_body(name: str, response: CapturedResponse) -> OpenBody:
    """Return the body of a response in the capture of a name."""
    return OpenBody(
        f"{name}#{response.pointer}",
        response.chunks(),
        is_http_response=True,
        defects=[] if response.content_type is None else type_defects(response.content_type),
        list_id=response.list_id,
        recorded=response.recorded,
    )


def _status_defect(status: int, chunks: Iterable[bytes]) -> BodyDefect:
    """Return the defect of an error response, with its message if the contract knows it."""
    body = b""
    try:
        for chunk in chunks:
            body += chunk
            if len(body) > _MAX_ERROR_BYTES:
                break
        known = known_message(json.loads(body))
    except (LiveError, RecursionError, ValueError):
        known = None
    got = f"status {status}"
    return BodyDefect(
        "http-status",
        None,
        got=f'{got} and the message "{known.message}"' if known else got,
        help=known.help if known else "",
    )


def type_defects(content_type: str | None) -> list[BodyDefect]:
    """Return the defect of a response with another content type than JSON, if it has.

    Args:
        content_type: header ``Content-Type``; ``None`` if absent.
    """
    if content_type is not None and "json" in content_type.lower():
        return []
    media_type = (content_type or "").partition(";")[0].strip().lower()
    got = "no content type" if content_type is None else media_type if _MEDIA_TYPE.fullmatch(media_type) else ""
    return [BodyDefect("content-type", None, got=got)]


def _until_truncation(chunks: Iterable[bytes], defects: list[BodyDefect]) -> Iterator[bytes]:
    """Yield the chunks that arrive, and add a defect if the body is cut off."""
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            yield chunk
    except TruncatedBodyError:
        defects.append(BodyDefect("cut-connection", size))


def require_source(source: BodySource) -> None:
    """Require that a source is one, and not what it should contain.

    Raises:
        LiveError: it is an empty name, or a string with a body, which no error must show.
        TypeError: it is of another type.
    """
    if isinstance(source, io.TextIOBase):
        message = 'expected a binary file, got a text file; open it with mode "rb"'
        raise TypeError(message)
    if not (isinstance(source, str | PathLike | bytes) or hasattr(source, "read")):
        message = (
            f"expected a URL, a path, bytes or an open binary file, got {type(source).__name__}; pass a body as bytes, "
            "such as response.content or json.dumps(leads).encode()"
        )
        raise TypeError(message)
    if source == "":
        message = "cannot read a source whose name is empty; name a file, a URL or - for standard input"
        raise LiveError(message)
    if _is_body(source):
        message = (
            "cannot read a string that is no path but a body: pass a body as bytes, such as response.content, or use - "
            "and standard input"
        )
        raise LiveError(message)


def _is_body(source: BodySource) -> bool:
    """Return whether a string is a body instead of a path."""
    if not isinstance(source, str) or _exists(split_selector(source)[0]):
        return False
    return source.lstrip("\ufeff \t\r\n")[:1] in {"[", "{"} or source.count("\n") > 1  # such as a cassette in YAML


def _exists(path: str | Path) -> bool:
    """Return whether a path exists, which none does that is too long or not valid."""
    return os.path.exists(path)  # noqa: PTH110 - `Path` raises an error if it is too long


def source_name(source: BodySource) -> str:
    """Return the name of a source in reports; a URL without its query, which may contain personal data."""
    if isinstance(source, bytes):
        return "bytes"
    if not isinstance(source, str | PathLike):
        return "file"
    if _is_body(source):
        return "string"
    return _name_of_url(str(source)) if is_url(source) else escape_unprintable(str(source))


def split_selector(source: str | PathLike[str]) -> tuple[Path, str]:
    """Return the path of a file, and what is selected in it: ``session.har#8668``; empty for all."""
    path = Path(source)
    file, separator, selector = str(source).partition("#")
    if not file or not separator or _exists(path) or not _exists(file):
        return path, ""
    return Path(file), selector


def _name_of_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # an invalid IPv6 address
        return "invalid URL"
    return escape_unprintable(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


def lead_progress(
    progress: Progress | None, opener: SourceOpener, sources: Sequence[BodySource]
) -> Callable[[int], None]:
    """Return a callback that takes the number of leads so far and calls ``progress`` with the byte counts as well."""
    if progress is None:
        return lambda _: None
    total = _total_size(sources)
    return lambda leads: progress(leads, opener.bytes_read, total)


def is_url(source: BodySource) -> bool:
    """Return whether a source is a URL."""
    return isinstance(source, str) and _URL.match(source) is not None


def lacks_credentials(sources: Iterable[BodySource]) -> bool:
    """Return whether a source is a URL, and the environment has no credentials for it."""
    return credentials_from_environment() is None and any(map(is_url, sources))


def read_chunks(name: str, file: BinaryIO, size: int | None = None) -> Iterator[bytes]:
    """Yield the content of a file.

    Args:
        name: name of the file in errors.
        file: the file.
        size: number of bytes to read; ``None`` for all.

    Raises:
        LiveError: it cannot be read.
    """
    while size is None or size > 0:
        try:
            chunk = file.read(_CHUNK_BYTES if size is None else min(_CHUNK_BYTES, size))
        except OSError as error:
            message = f"cannot read {name}: {error.strerror or 'it is not open for reading'}"
            raise LiveError(message) from None
        if not chunk:
            return
        yield chunk
        size = None if size is None else size - len(chunk)


def _total_size(sources: Iterable[BodySource]) -> int | None:
    """Return the bytes of all sources; ``None`` unless all are bytes or regular files."""
    sizes = [_size(source) for source in sources]
    return None if None in sizes else sum(filter(None, sizes))


def _size(source: BodySource) -> int | None:
    if isinstance(source, bytes):
        return len(source)
    if not isinstance(source, str | PathLike):
        return None
    try:
        status = os.fstat(_standard_input().fileno()) if source == "-" else split_selector(source)[0].stat()
    except (OSError, ValueError, LiveError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        message = "cannot read -: standard input is closed"
        raise LiveError(message)
    return sys.stdin.buffer
