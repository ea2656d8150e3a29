"""The contract of the lead list: what a response may contain, in each reading of the vendor's documentation.

This room knows no other room. Everything that the others need to know about a property is in ``lead.schema.json``, as
schema or as annotation. The names below are imported when they are first used, because validators take longer to load
than the command needs for ``--help``.
"""

import importlib
import typing

_MODULES = {
    "CONTRADICTIONS": "contradictions",
    "Contract": "contract",
    "ContractError": "errors",
    "Finding": "findings",
    "OverlayError": "errors",
    "assert_leads": "assertions",
    "load_contract": "contract",
}
"""Module of each public name."""

if typing.TYPE_CHECKING:
    from smartflo_contract.schemas.assertions import assert_leads
    from smartflo_contract.schemas.contract import Contract, load_contract
    from smartflo_contract.schemas.contradictions import CONTRADICTIONS
    from smartflo_contract.schemas.errors import ContractError, OverlayError
    from smartflo_contract.schemas.findings import Finding
else:  # so that type checkers report unknown names

    def __getattr__(name: str) -> typing.Any:
        """Import a public name."""
        if name in _MODULES:
            return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)


__all__ = [
    "CONTRADICTIONS",
    "Contract",
    "ContractError",
    "Finding",
    "OverlayError",
    "assert_leads",
    "load_contract",
]
