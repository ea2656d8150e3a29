"""Edge cases by name: leads at which clients break, each with the reason and the source of the suspicion."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import Final, cast

from smartflo_contract.factories._edge_rows import (
    CREATED,
    GONE,
    OF_THE_TABLE,
    SAMPLE_LEAD,
    TABLE_LEAD,
    Evidence,
    Patch,
    Row,
    of_the_sample,
)
from smartflo_contract.factories._lead import Lead


@dataclass(frozen=True)
class EdgeCase:
    """A named lead list at which clients break.

    Attributes:
        name: as in :data:`EDGE_CASES`.
        why: what a client may get wrong.
        evidence: label to source: where the case comes from.
        profiles: the profiles under which it conforms, none for a case that breaks the contract.
    """

    name: str
    why: str
    evidence: Evidence
    profiles: tuple[str, ...]
    _base: Patch
    _patches: tuple[Patch, ...]

    @property
    def conforms(self) -> bool:
        """Whether it conforms under any profile."""
        return bool(self.profiles)

    @property
    def leads(self) -> list[Lead]:
        """The leads, made anew each time: a whole response, decoded."""
        whole = [
            {**self._base, **_ids(f"{self.name}/{index}", self._base), **patch}
            for index, patch in enumerate(self._patches)
        ]
        return [
            cast("Lead", {key: deepcopy(value) for key, value in lead.items() if value is not GONE}) for lead in whole
        ]

    @property
    def lead(self) -> Lead:
        """The first lead, made anew each time.

        Raises:
            LookupError: the case is a list without leads.
        """
        leads = self.leads
        if not leads:
            message = f"edge case `{self.name}` has no lead; its list is empty: use leads"
            raise LookupError(message)
        return leads[0]


def _ids(name: str, base: Patch) -> Patch:
    """Return the ids of a lead, which no other lead of the table has."""
    own = blake2b(name.encode(), digest_size=8).hexdigest()
    if isinstance(base["lead_id"], int):
        return {"lead_id": int(own[:12], 16)}
    return dict.fromkeys(("id", "lead_id"), f"{CREATED // 1_000:08x}{own}")


def _cases(rows: Iterable[Row], base: Patch) -> Iterator[EdgeCase]:
    for name, why, evidence, profiles, *patches in rows:
        yield EdgeCase(name, why, evidence, profiles, base, tuple(patches))


EDGE_CASES: Final[Mapping[str, EdgeCase]] = MappingProxyType(
    {case.name: case for case in (*_cases(of_the_sample(), SAMPLE_LEAD), *_cases(OF_THE_TABLE, TABLE_LEAD))}
)
"""Every edge case by its name."""
