"""What mutants are made of, before the contract decides about their kind."""

from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

from smartflo_contract.cells.lead_cells import lead_cells
from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mutants.lead_edits import ChangeLead
from smartflo_contract.mutants.mutant import BodyEdit, Kind, Lead, LeadsEdit
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of

LIST_ID: Final = 8668
_EXAMPLES: Final = 8
"""Generated leads among which one that shows a mutant is looked for."""
Scope = Literal["each", "last"]


class Draft(NamedTuple):
    """A mutant without its kind. One of the last three attributes says what changes.

    Attributes:
        key: the key of the lead, or the part of the response, that changes; the start of the id.
        group: the key of the lead that ``key`` is in, or the part of the response.
        operator: name of the operator.
        change: what the API does then, as a clause.
        evidence: labels of the evidence that the API may change like this.
        kind: ``None`` if the contract decides: a change that it rejects is breaking.
        scope: whether each lead changes or the last one only; ``None`` for each if the change is breaking, else the
            last, so that what tests expect of the others still holds.
        lead: a lead that shows the mutant; ``None`` for a generated one.
        change_lead: changes one lead.
        edit_leads: changes the leads.
        edit_body: changes the body.
    """

    key: str
    group: str
    operator: str
    change: str
    evidence: str
    kind: Kind | None = None
    scope: Scope | None = None
    lead: Lead | None = None
    change_lead: ChangeLead | None = None
    edit_leads: LeadsEdit | None = None
    edit_body: BodyEdit | None = None


class Subject:
    """The contract that is mutated, with examples of its leads.

    Attributes:
        contract: the contract.
        data: its data.
        cells: the cells of its leads.
    """

    def __init__(self, contract: Contract) -> None:
        """Keep the contract."""
        self.contract = contract
        self.data = data_of(contract)
        self.cells = lead_cells(contract)

    @cached_property
    def leads(self) -> list[Lead]:
        """Generated leads of one list."""
        writer = LeadWriter(ListDefinition(id=LIST_ID), self.contract)
        return writer.leads(range(_EXAMPLES))

    @cached_property
    def properties(self) -> dict[str, dict[str, Any]]:
        """The annotated schemas of the named keys of a lead."""
        properties: dict[str, dict[str, Any]] = self.contract.lead["properties"]
        return properties
