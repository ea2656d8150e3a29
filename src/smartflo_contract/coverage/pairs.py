"""A list in which every pair of cells of different keys occurs that the contract allows together."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Any, Final, NamedTuple

from covertable import make, sorters

from smartflo_contract.cells.cell import Mask
from smartflo_contract.cells.lead_builder import LIST_GROUPS, LIST_ID, Lead, LeadBuilder
from smartflo_contract.cells.lead_cells import COLUMNS, FIELD_KEY, FIELDS
from smartflo_contract.coverage.contract_cells import contract_cells
from smartflo_contract.coverage.pair_counts import PairMasks, add_pairs, numbers, occurring
from smartflo_contract.factories.facts import Phones
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_format import FIELD

_MAX_TRIED: Final = 4
"""Generated leads that are tried for one pair of cells."""
_MAX_LISTS: Final = 16
"""Lists that are kept: one takes half a second to make."""
_ANY: Final = -1
"""Level of a group without a chosen cell."""


class PairList(NamedTuple):
    """A list of leads in which pairs of cells occur.

    Attributes:
        leads: the leads.
        masks: the pairs that occur in this list, of those of different keys.
    """

    leads: Sequence[Lead]
    masks: PairMasks


def pair_list(contract: Contract, *, seed: int = 0, list_id: int = LIST_ID, phones: Phones = "safe") -> PairList:
    """Return a valid list in which every pair of cells of different keys occurs that the contract allows together.

    The cells are those of a lead: the number of leads and ``list_id`` are those of the list. A value that only one lead
    of a list can have, such as the smallest ``lead_id``, is in one lead; its pairs are those of this lead.

    Args:
        contract: the contract.
        seed: seed of the leads; the same seed makes the same list.
        list_id: id of the list.
        phones: ``safe`` for phone numbers that cannot ring, ``valid`` for those that may belong to somebody.
    """
    cells = contract_cells(contract)
    key = cells.name, seed, list_id, phones
    made = _lists.get(key)
    if made is None:
        builder = LeadBuilder(contract, cells.leads, list_id=list_id, seed=seed, phones=phones)
        made = _lists[key] = _Pairs(builder, contract, seed).pair_list()
        if len(_lists) > _MAX_LISTS:
            _lists.pop(next(iter(_lists)), None)
    return made


_lists: Final[dict[tuple[str, int, int, Phones], PairList]] = {}
"""Recent lists, by name of the contract's source file, and the other arguments."""


class _Pairs:
    """Finds the pairs that a contract allows, and leads that have them."""

    def __init__(self, builder: LeadBuilder, contract: Contract, seed: int) -> None:
        self._cells = contract_cells(contract).leads
        self._builder = builder
        self._seed = seed
        self._next_index = 0
        self._groups: dict[str, list[int]] = {}
        self._unique: list[int] = []
        for number, cell in enumerate(self._cells.cells):
            leads = [] if cell.group in LIST_GROUPS else self._leads_with(number)
            if len(leads) > 1 and contract.is_valid(leads):
                self._groups.setdefault(cell.group, []).append(number)
            elif leads:
                self._unique.append(number)
        self._links = set(_links(contract, self._groups))
        self._allowed = self._allowed_pairs()

    def pair_list(self) -> PairList:
        """Return the list: leads of the covering array, and a lead for each pair that they do not have."""
        unique = [self._new_lead((number,)) for number in self._unique]
        leads = self._needed(map(self._new_lead, self._rows()))
        found = occurring(self._cells, leads, self._allowed)
        for one, allowed in enumerate(self._allowed):
            for other in numbers(allowed & ~found[one]):
                lead = None if found[one] >> other & 1 else self._new_lead((one, other))
                if lead is not None:
                    leads.append(lead)
                    add_pairs(found, self._cells.leads_mask([lead]), self._allowed)
        leads = self._needed([*unique, *reversed(leads)])
        return PairList(leads, occurring(self._cells, leads, self._pairs_of_groups()))

    def _leads_with(self, number: int) -> list[Lead]:
        """Return valid leads with a cell."""
        leads = [self._builder.lead(index, (number,)) for index in range(_MAX_TRIED)]
        return [lead for lead in leads if self._builder.has_cells(lead, (number,))]

    def _new_lead(self, chosen: Sequence[int]) -> Lead | None:
        """Return a valid lead with some cells and an index of its own, ``None`` if there is none."""
        for _ in range(_MAX_TRIED):
            lead = self._builder.lead(self._next_index, chosen)
            self._next_index += 1
            if self._builder.has_cells(lead, chosen):
                return lead
        return None

    def _is_allowed(self, one: int, other: int) -> bool:
        leads = (self._builder.lead(index, (one, other)) for index in range(_MAX_TRIED))
        return any(self._builder.has_cells(lead, (one, other)) for lead in leads)

    def _allowed_pairs(self) -> list[Mask]:
        """Return for each cell those of other keys that the contract allows in the same lead."""
        masks = [0] * len(self._cells.cells)
        for first, second in combinations(self._groups, 2):
            is_linked = (first, second) in self._links
            for one, other in product(self._groups[first], self._groups[second]):
                if not is_linked or self._is_allowed(one, other):
                    masks[one] |= 1 << other
                    masks[other] |= 1 << one
        return masks

    def _pairs_of_groups(self) -> list[Mask]:
        """Return for each cell of a lead those of other keys."""
        groups = [cell.group for cell in self._cells.cells]
        in_leads = sum(1 << number for number, group in enumerate(groups) if group not in LIST_GROUPS)
        masks = {
            group: in_leads & ~sum(1 << number for number, other in enumerate(groups) if other == group)
            for group in set(groups) - set(LIST_GROUPS)
        }
        return [masks.get(group, 0) for group in groups]

    def _rows(self) -> Iterator[list[int]]:
        """Yield the rows of a covering array: numbers of cells that the contract allows in one lead, pair by pair."""
        factors = [[_ANY, *numbers] for numbers in self._groups.values()]
        pairs = _AllowedPairs([number for factor in factors for number in factor], self._allowed)
        for row in make(factors, sorter=pairs, criterion=pairs, salt=str(self._seed)):
            yield [number for number in row if number != _ANY]

    def _needed(self, leads: Iterable[Lead | None]) -> list[Lead]:
        """Return the leads that have an allowed pair which those before them do not have, and all of unique values."""
        found = [0] * len(self._allowed)
        unique = sum(1 << number for number in self._unique)
        needed = []
        for lead in leads:
            if lead is None:
                continue
            mask = self._cells.leads_mask([lead])
            if add_pairs(found, mask, self._allowed) or mask & unique:
                needed.append(lead)
        return needed


class _AllowedPairs:
    """Restricts a covering array to allowed pairs: the sorter and the criterion of ``covertable``.

    Its own constraints are checked for each pair against each other level, which takes longer than all the rest.

    Args:
        levels: the cell of each level, or ``_ANY``; its index is the serial number of the level.
        allowed: for each cell those that may be in the same row.
    """

    def __init__(self, levels: Sequence[int], allowed: PairMasks) -> None:
        self._levels = levels
        self._masks = [0 if level == _ANY else 1 << level for level in levels]
        self._allowed = [0 if level == _ANY else allowed[level] for level in levels]

    def sort(self, pairs: Iterable[tuple[int, int]], **options: Any) -> list[tuple[int, int]]:
        """Return the pairs that rows must have, in the order that the salt decides."""
        needed = [(one, other) for one, other in pairs if self._allowed[one] & self._masks[other]]
        ordered: list[tuple[int, int]] = sorters.hash.sort(needed, **options)
        return ordered

    def extract(self, controller: Any) -> Iterator[tuple[int, int]]:
        """Yield the missing pairs that fit the row, which grows meanwhile."""
        row = controller.row
        size, cells, allowed = 0, 0, -1
        for pair in list(controller.incomplete):
            if len(row) != size:
                size, cells, allowed = len(row), 0, -1
                for serial in row.values():
                    cells |= self._masks[serial]
                    allowed &= self._allowed[serial]
            new = (self._masks[pair[0]] | self._masks[pair[1]]) & ~cells
            if new and not new & ~allowed:
                yield pair


def _links(contract: Contract, groups: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the groups, two by two in their order, of which one may decide what is valid in the other.

    Schemas are about one key each, so these are the groups that one rule reads, and those about the fields.
    """
    names = list(groups)
    about_fields = {FIELDS, FIELD_KEY, COLUMNS, "header", "sensitive_field_map", *filter(FIELD.fullmatch, names)}
    sets = [about_fields, *(set(rule.keys) for rule in data_of(contract).rules)]
    for first, second in combinations(names, 2):
        if any({first, second} <= linked for linked in sets):
            yield first, second
