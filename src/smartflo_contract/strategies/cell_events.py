"""Events of Hypothesis for the cells of drawn leads, which ``--hypothesis-show-statistics`` counts."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from hypothesis import currently_in_test_context, event

from smartflo_contract.cells.cell import Mask, matching
from smartflo_contract.cells.lead_cells import LeadCells, lead_cells
from smartflo_contract.schemas import Contract

_Lead = TypeVar("_Lead", bound=Mapping[str, Any])
_Leads = TypeVar("_Leads", bound=Sequence[Mapping[str, Any]])
_switch = {"is_on": False}


def show_cells(*, is_on: bool) -> None:
    """Switch the events on or off. The pytest plugin switches them on if statistics are shown: they take time."""
    _switch["is_on"] = is_on


def with_events(contract: Contract, lead: _Lead) -> _Lead:
    """Return a lead, and emit an event for each of its cells if they are shown."""
    if _switch["is_on"]:
        cells = lead_cells(contract)
        _emit(cells, cells.leads_mask([lead]))
    return lead


def with_list_events(contract: Contract, leads: _Leads) -> _Leads:
    """Return the leads of a list, and emit an event for each of its cells if they are shown."""
    if _switch["is_on"]:
        cells = lead_cells(contract)
        _emit(cells, cells.response_mask(leads))
    return leads


def _emit(cells: LeadCells, mask: Mask) -> None:
    if currently_in_test_context():
        for cell in matching(cells.cells, mask):
            event(f"cell {cell.id}")
