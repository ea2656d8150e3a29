"""Realistic leads: a pure function of seed, list and index, valid under the contract by construction."""

from smartflo_contract.factories._definition import DEFAULT_COLUMNS, ListDefinition
from smartflo_contract.factories._edge_cases import EDGE_CASES, EdgeCase
from smartflo_contract.factories._errors import DefinitionError, GenerationError
from smartflo_contract.factories._lead import Lead, lead, lead_list
from smartflo_contract.factories._writer import LeadWriter

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
