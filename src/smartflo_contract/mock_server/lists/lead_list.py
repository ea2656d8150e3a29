"""Lead lists as responses contain them: the source of the leads, and the headers."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any, Protocol, TypeAlias, cast

import orjson

from smartflo_contract.mock_server.http.content_coding import GZIP, VARY
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER

Headers: TypeAlias = list[tuple[str, str]]


class LeadSource(Protocol):
    """The source of a list's leads: ``LeadWriter`` generates them, ``FixedLeads`` and ``EditedLeads`` store some."""

    @property
    def size(self) -> int:
        """Number of leads."""

    @property
    def recipe(self) -> str:
        """A string that differs if the bytes of the leads differ."""

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at ``indexes`` in chunks, of all leads for ``None``."""

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""


class LeadList:
    """A list in a response.

    Attributes:
        source: the source of the leads.
        etag: a strong entity tag; the hash of the recipe, so that it needs no body.
        headers: content type, entity tag and evidence.
        gzip_etag: the entity tag of the body in gzip, which is another sequence of bytes.
        gzip_headers: headers of a response with the body in gzip.
    """

    def __init__(self, source: LeadSource, evidence: str) -> None:
        """Hash the recipe without generating a lead."""
        self.source = source
        self.etag = f'"{blake2b(source.recipe.encode(), digest_size=16).hexdigest()}"'
        self.headers: Headers = lead_headers(self.etag, evidence)
        self.gzip_etag = f'{self.etag[:-1]}-{GZIP}"'
        coding = ("Content-Encoding", GZIP)
        self.gzip_headers: Headers = [*lead_headers(self.gzip_etag, "assumed"), coding, VARY]

    def lead(self, index: int) -> dict[str, Any]:
        """Return the lead at an index below ``source.size``."""
        (lead,) = orjson.loads(b"".join(self.source.chunks((index,))))
        return cast("dict[str, Any]", lead)

    @cached_property
    def bytes_per_lead(self) -> int:
        """Size of the first lead in bytes, as an estimate for all leads; 0 for an empty list."""
        return sum(map(len, self.source.chunks((0,)))) if self.source.size else 0


def lead_headers(etag: str, evidence: str) -> Headers:
    """Return the headers of a response that contains leads."""
    return [("Content-Type", "application/json"), ("ETag", etag), (EVIDENCE_HEADER, evidence)]
