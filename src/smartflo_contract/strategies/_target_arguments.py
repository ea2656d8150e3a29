"""The argument ``target``: cells of which a lead has one."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from functools import cached_property, lru_cache
from typing import Any, NoReturn

from hypothesis.errors import InvalidArgument

from smartflo_contract.cells.lead_builder import LeadBuilder
from smartflo_contract.cells.lead_cells import LEADS, lead_cells
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.strategies._arguments import LeadArguments, LeadOptions
from smartflo_contract.strategies._lead_recipe import Lead

_MAX_TRIED = 4
"""Generated leads that are tried to find out whether a valid lead has a cell."""


class TargetOptions(LeadOptions, total=False):
    """Options of the strategy of leads.

    Attributes:
        target: ids of cells, such as ``dial_status=4``; each lead has one of them. Without ids, leads are as usual.
    """

    target: Collection[str]


class TargetArguments(LeadArguments):
    """Arguments of the strategy of leads, checked at the first draw."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Store the arguments."""
        super().__init__(options, TargetOptions)

    @cached_property
    def targets(self) -> list[tuple[int, Lead]]:
        """The target cells in the order of the contract: number, and a valid lead that has it.

        Raises:
            InvalidArgument: the argument is not a collection of ids of cells that valid leads have.
        """
        target = self.options.get("target", ())
        if isinstance(target, str | bytes) or not isinstance(target, Collection):
            self._reject_target("expected a collection of cell ids, such as ['dial_status=4']")
        if not target:
            return []
        if self.strategies:
            self._reject_target(f"it decides about values; omit it, or {', '.join(self.strategies)}")
        numbers = {cell.id: number for number, cell in enumerate(lead_cells(self.contract).cells)}
        for cell_id in target:
            if not isinstance(cell_id, str) or cell_id not in numbers:
                hint = nearest(cell_id, numbers) if isinstance(cell_id, str) else ""
                self._reject_target(
                    f"no lead has a cell {cell_id!r}; `smartflo-contract cells` lists the cells of each key.{hint}"
                )
        return [(number, self._example(number)) for number in sorted({numbers[cell_id] for cell_id in target})]

    def with_target(self, lead: Lead, number: int, example: Lead) -> Lead:
        """Return a lead with a target cell.

        Args:
            lead: a valid lead; the result is like it if that is valid.
            number: number of the cell.
            example: a valid lead with the cell.
        """
        changed = self._builder.with_cell(lead, number)
        return changed if self._builder.has_cells(changed, (number,)) else deepcopy(example)

    @cached_property
    def _builder(self) -> LeadBuilder:
        return _lead_builder(self.contract)

    def _example(self, number: int) -> Lead:
        """Return a valid lead with a cell."""
        cell = lead_cells(self.contract).cells[number]
        leads = (self._builder.lead(index, (number,)) for index in range(_MAX_TRIED))
        lead = next((lead for lead in leads if self._builder.has_cells(lead, (number,))), None)
        if cell.group == LEADS or lead is None:
            self._reject_target(f"no lead that the contract allows has the cell {cell.id!r}")
        return lead

    def _reject_target(self, reason: str) -> NoReturn:
        message = f"target={self.options['target']!r}: {reason}"
        raise InvalidArgument(message)


@lru_cache(maxsize=64)
def _lead_builder(contract: Contract) -> LeadBuilder:
    """Return what builds the leads of a contract; that of recent contracts is cached."""
    return LeadBuilder(contract, lead_cells(contract))
