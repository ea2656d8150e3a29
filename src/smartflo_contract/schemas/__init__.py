"""The contract of the lead list: what a response may be, in three readings, each claim with its evidence.

This package knows no other part of the project. Everything the others need to know about a key of
a lead stands in ``lead.schema.json``, as schema or as annotation.
"""

from smartflo_contract.schemas.assertions import assert_leads
from smartflo_contract.schemas.contract import Contract, load_contract
from smartflo_contract.schemas.contradictions import CONTRADICTIONS
from smartflo_contract.schemas.errors import ContractError, OverlayError
from smartflo_contract.schemas.findings import Finding

__all__ = [
    "CONTRADICTIONS",
    "Contract",
    "ContractError",
    "Finding",
    "OverlayError",
    "assert_leads",
    "load_contract",
]
