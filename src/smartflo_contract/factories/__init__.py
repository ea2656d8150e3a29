"""Realistic leads: a pure function of seed, list and index, valid under the contract."""

from smartflo_contract.factories.edge_cases import EDGE_CASES, EdgeCase
from smartflo_contract.factories.errors import DefinitionError, GenerationError
from smartflo_contract.factories.lead_writer import LeadWriter
from smartflo_contract.factories.leads import Lead, lead, lead_list
from smartflo_contract.factories.list_definition import DEFAULT_COLUMNS, ListDefinition

__all__ = [
    "DEFAULT_COLUMNS",
    "EDGE_CASES",
    "DefinitionError",
    "EdgeCase",
    "GenerationError",
    "Lead",
    "LeadWriter",
    "ListDefinition",
    "lead",
    "lead_list",
]
