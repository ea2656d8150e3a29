"""Hypothesis strategies of leads that are valid under the contract, and of leads that break one known rule."""

from smartflo_contract.factories import EDGE_CASES, EdgeCase
from smartflo_contract.strategies._broken_leads import BREAKERS, Breaker, Broken, BrokenResponse
from smartflo_contract.strategies._lead_strategies import (
    broken_leads,
    broken_responses,
    edge_lead_lists,
    edge_leads,
    lead_lists,
    leads,
    responses,
    surprising_leads,
)
from smartflo_contract.strategies._machine import SmartfloMachine
from smartflo_contract.strategies._value_strategies import (
    dial_statuses,
    dispositions,
    emails,
    headers,
    mongo_dates,
    names,
    object_ids,
    phone_numbers,
    sensitive_field_maps,
)

__all__ = [
    "BREAKERS",
    "EDGE_CASES",
    "Breaker",
    "Broken",
    "BrokenResponse",
    "EdgeCase",
    "SmartfloMachine",
    "broken_leads",
    "broken_responses",
    "dial_statuses",
    "dispositions",
    "edge_lead_lists",
    "edge_leads",
    "emails",
    "headers",
    "lead_lists",
    "leads",
    "mongo_dates",
    "names",
    "object_ids",
    "phone_numbers",
    "responses",
    "sensitive_field_maps",
    "surprising_leads",
]
