"""Edge cases by name: leads at which clients break, each with the reason and the source of the suspicion."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, cast

from smartflo_contract.factories.leads import Lead
from smartflo_contract.schemas.errors import nearest

if TYPE_CHECKING:
    from smartflo_contract.factories._edge_case_rows import Evidence, Patch, Row


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
    evidence: "Evidence"
    profiles: tuple[str, ...]
    _leads: tuple[Lead, ...]

    @property
    def conforms(self) -> bool:
        """Whether it conforms under any profile."""
        return bool(self.profiles)

    @property
    def leads(self) -> list[Lead]:
        """The leads, made anew each time: a whole response, decoded."""
        return deepcopy(list(self._leads))

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


def _ids(name: str, base: "Patch") -> "Patch":
    """Return the ids of a lead, which no other lead of the table has."""
    own = blake2b(name.encode(), digest_size=8).hexdigest()
    if isinstance(base["lead_id"], int):
        return {"lead_id": int(own[:12], 16)}
    return dict.fromkeys(("id", "lead_id"), f"{int(base['created_at']['$date']['$numberLong']) // 1_000:08x}{own}")


class _EdgeCases(Mapping[str, EdgeCase]):
    """The table, made when it is first looked into."""

    @cached_property
    def _cases(self) -> dict[str, EdgeCase]:
        from smartflo_contract.factories import _edge_case_rows as rows  # noqa: PLC0415  # not every start needs them

        made = (
            *_made(rows.of_the_sample(), rows.SAMPLE_LEAD, rows.GONE),
            *_made(rows.OF_THE_TABLE, rows.TABLE_LEAD, rows.GONE),
        )
        return {case.name: case for case in made}

    def __getitem__(self, name: str) -> EdgeCase:
        if name not in self._cases:
            message = f"there is no edge case `{name}`.{nearest(name, self._cases)}"
            raise KeyError(message)
        return self._cases[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cases)

    def __len__(self) -> int:
        return len(self._cases)


def _made(rows: "Iterable[Row]", base: "Patch", gone: object) -> "Iterator[EdgeCase]":
    for name, why, evidence, profiles, *patches in rows:
        leads = [base | _ids(f"{name}/{index}", base) | patch for index, patch in enumerate(patches)]
        present = [{key: value for key, value in lead.items() if value is not gone} for lead in leads]
        yield EdgeCase(name, why, evidence, profiles, cast("tuple[Lead, ...]", tuple(present)))


EDGE_CASES: Final[Mapping[str, EdgeCase]] = _EdgeCases()
"""Every edge case by its name."""
