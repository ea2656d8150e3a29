"""Edge cases by name: leads that break clients, each with the reason and the evidence."""

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
    """A named lead list that breaks clients.

    Attributes:
        name: its key in :data:`EDGE_CASES`.
        why: what a client may get wrong.
        evidence: label to source of the evidence.
        profiles: the profiles under which it is valid; none for a case that violates the contract.
        changes: what it changes in a common lead, by key; empty for a case of several leads, or without some key.
    """

    name: str
    why: str
    evidence: "Evidence"
    profiles: tuple[str, ...]
    changes: "Patch"
    _leads: tuple[Lead, ...]

    @property
    def conforms(self) -> bool:
        """Whether it is valid under any profile."""
        return bool(self.profiles)

    @property
    def leads(self) -> list[Lead]:
        """The decoded leads of the response, copied on each access."""
        return deepcopy(list(self._leads))

    @property
    def lead(self) -> Lead:
        """The first lead, copied on each access.

        Raises:
            LookupError: the list of the case is empty.
        """
        leads = self.leads
        if not leads:
            message = f"edge case `{self.name}` is an empty list and has no first lead; use `leads`"
            raise LookupError(message)
        return leads[0]


def _ids(name: str, base: "Patch") -> "Patch":
    """Return the ids of a lead, unique in the table."""
    digest = blake2b(name.encode(), digest_size=8).hexdigest()
    if isinstance(base["lead_id"], int):
        return {"lead_id": int(digest[:12], 16)}
    return dict.fromkeys(("id", "lead_id"), f"{int(base['created_at']['$date']['$numberLong']) // 1_000:08x}{digest}")


class _EdgeCases(Mapping[str, EdgeCase]):
    """The table, created on first access."""

    @cached_property
    def _cases(self) -> dict[str, EdgeCase]:
        from smartflo_contract.factories import _edge_case_rows as rows  # noqa: PLC0415  # slow to build, and not needed to start a server

        cases = (
            *_create(rows.sample_rows(), rows.SAMPLE_LEAD, rows.REMOVED),
            *_create(rows.TABLE_ROWS, rows.TABLE_LEAD, rows.REMOVED),
        )
        return {case.name: case for case in cases}

    def __getitem__(self, name: str) -> EdgeCase:
        if name not in self._cases:
            message = f"there is no edge case `{name}`.{nearest(name, self._cases)}"
            raise KeyError(message)
        return self._cases[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cases)

    def __len__(self) -> int:
        return len(self._cases)


def _create(rows: "Iterable[Row]", base: "Patch", removed: object) -> "Iterator[EdgeCase]":
    """Yield the case of each row."""
    for name, why, evidence, profiles, *patches in rows:
        leads = [base | _ids(f"{name}/{index}", base) | patch for index, patch in enumerate(patches)]
        present = [{key: value for key, value in lead.items() if value is not removed} for lead in leads]
        is_change = len(patches) == 1 and removed not in patches[0].values()
        changes = patches[0] if is_change else {}
        yield EdgeCase(name, why, evidence, profiles, changes, cast("tuple[Lead, ...]", tuple(present)))


EDGE_CASES: Final[Mapping[str, EdgeCase]] = _EdgeCases()
"""Every edge case by its name."""
