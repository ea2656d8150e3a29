"""Contracts in JSON types, as data files store them: the profile, and the overlay as a whole."""

from collections.abc import Mapping
from typing import Any

from smartflo_contract.schemas.contract import Contract, load_contract
from smartflo_contract.schemas.overlay import load_overlay


def contract_as_dict(contract: Contract) -> dict[str, Any]:
    """Return a contract in JSON types."""
    overlay = contract.overlay
    return {
        "profile": contract.profile,
        "overlay": None if overlay is None else {"name": overlay.name, "schema": overlay.schema},
    }


def contract_from_dict(content: Mapping[str, Any]) -> Contract:
    """Return the contract of a result of :func:`contract_as_dict`, which may have further keys.

    Raises:
        ContractError: it cannot be loaded.
        KeyError, TypeError: the content has another form.
    """
    overlay = content["overlay"]
    if overlay is None:
        return load_contract(content["profile"])
    return load_contract(content["profile"], load_overlay(overlay["schema"])._replace(name=str(overlay["name"])))
