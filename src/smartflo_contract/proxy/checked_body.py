"""One response on its way to the client: checked, recorded, and held back where it must be."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from smartflo_contract.live.errors import LiveError, RecordError
from smartflo_contract.proxy.body_check import UNCHECKED, check_in_thread, describe, findings_value
from smartflo_contract.proxy.chunk_reader import ChunkReader
from smartflo_contract.proxy.config import ProxyConfig
from smartflo_contract.proxy.recorder import Recorder
from smartflo_contract.proxy.upstream import UpstreamResponse
from smartflo_contract.schemas import Finding

if TYPE_CHECKING:
    from pathlib import Path

_OK: Final = 200


class Outcome(NamedTuple):
    """What is known at the end of a body.

    Attributes:
        findings: what the check found; ``None`` if the contract states nothing about the response.
        note: what else happened, such as why nothing was recorded; empty for nothing.
    """

    findings: tuple[Finding, ...] | None
    note: str = ""

    @property
    def header(self) -> str:
        """Value of the header of findings."""
        return UNCHECKED if self.findings is None else findings_value(self.findings)

    @property
    def reason(self) -> str:
        """The findings and the note as one line."""
        return "; ".join(filter(None, (describe(self.findings or ()), self.note)))

    @property
    def has_breaks(self) -> bool:
        """Whether the response violates the contract."""
        return any(finding.severity == "break" for finding in self.findings or ())


class CheckedBody:
    """The body of a response, which is checked and recorded chunk by chunk.

    Args:
        config: the configuration of the proxy.
        response: the response.
        list_id: id of the lead list that was requested; ``None`` for another route.
        query: query string of the request.
        recorder: records lead lists; ``None`` to record none.

    Attributes:
        size: number of bytes so far, decompressed.
    """

    def __init__(
        self,
        config: ProxyConfig,
        response: UpstreamResponse,
        list_id: str | None,
        query: str,
        recorder: Recorder | None,
    ) -> None:
        """Start the readers; nothing is read yet."""
        self._response = response
        self._max_buffer = config.max_buffer
        self.size = 0
        self._buffer: list[bytes] = []
        self._check: ChunkReader[tuple[Finding, ...]] | None = None
        self._record: ChunkReader[Path] | None = None
        if list_id is not None and response.status == _OK:
            self._check = check_in_thread(config.contract, response.content_type)
            self._record = None if recorder is None else recorder.in_thread(list_id, query)

    def buffered(self) -> list[bytes] | None:
        """Return the whole body; ``None`` if it is larger than the buffer, whose content :meth:`rest` returns first.

        Raises:
            UpstreamError: the body is cut off, or too slow.
        """
        for chunk in self._chunks():
            self._buffer.append(chunk)
            if self.size > self._max_buffer:
                return None
        return self._buffer

    def rest(self) -> Iterator[bytes]:
        """Yield the body, all of it, after :meth:`buffered` has returned ``None``.

        Raises:
            UpstreamError: the body is cut off, or too slow.
        """
        while self._buffer:
            yield self._buffer.pop(0)
        yield from self._chunks()

    def end(self) -> Outcome:
        """Return what is known now that the body is complete."""
        findings = None if self._check is None else self._check.end()
        self._response.close()
        if self._record is None:
            return Outcome(findings)
        try:
            self._record.end()
        except (LiveError, RecordError) as error:
            return Outcome(findings, f"not recorded: {str(error).removeprefix('not recorded: ')}")
        return Outcome(findings)

    def abort(self) -> None:
        """End without a result: the body is incomplete, or nobody reads it."""
        self._response.close()
        for reader in self._readers:
            reader.abort()

    @property
    def _readers(self) -> Iterable[ChunkReader[Any]]:
        return [reader for reader in (self._check, self._record) if reader is not None]

    def _chunks(self) -> Iterator[bytes]:
        for chunk in self._response.chunks:
            self.size += len(chunk)
            for reader in self._readers:
                reader.add(chunk)
            yield chunk
