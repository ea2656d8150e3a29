"""A list as it is served: what writes its leads, and the headers that every answer with it has."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any, Protocol, TypeAlias, cast

import orjson

from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER

Headers: TypeAlias = list[tuple[str, str]]


class LeadSource(Protocol):
    """What writes the leads of a list that is served; :class:`LeadWriter` makes them, others have them given."""

    @property
    def size(self) -> int:
        """How many leads the list has."""

    @property
    def recipe(self) -> str:
        """Everything that the bytes depend on."""

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at ``indexes``, of all where none are given, piece by piece."""

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""


class LeadList:
    """A list that is served: its source, and the headers that every answer with it has.

    Attributes:
        source: writes the leads.
        etag: a strong entity tag of the list's recipe, so it costs no body.
        headers: content type, entity tag and evidence.
    """

    def __init__(self, source: LeadSource, evidence: str) -> None:
        """Hash the recipe; no lead is made."""
        self.source = source
        self.etag = f'"{blake2b(source.recipe.encode(), digest_size=16).hexdigest()}"'
        self.headers: Headers = lead_headers(self.etag, evidence)

    def lead(self, index: int) -> dict[str, Any]:
        """Return the lead at an index that is there."""
        (lead,) = orjson.loads(b"".join(self.source.chunks((index,))))
        return cast("dict[str, Any]", lead)

    @cached_property
    def bytes_per_lead(self) -> int:
        """The size of the first lead, as an estimate of all."""
        return sum(map(len, self.source.chunks((0,)))) if self.source.size else 0


def lead_headers(etag: str, evidence: str) -> Headers:
    """Return the headers of an answer that holds leads."""
    return [("Content-Type", "application/json"), ("ETag", etag), (EVIDENCE_HEADER, evidence)]
