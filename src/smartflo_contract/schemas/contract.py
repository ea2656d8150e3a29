"""The contract of one profile: its schemas, and the check of response bodies."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, Final

from smartflo_contract.schemas.body_rules import not_an_array, not_json
from smartflo_contract.schemas.contract_data import ContractData, contract_data
from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.errors import ContractError, nearest
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.findings import Finding, masked
from smartflo_contract.schemas.json_values import Path, are_plain_json
from smartflo_contract.schemas.large_integers import decode_json
from smartflo_contract.schemas.overlay import Overlay, OverlaySource, load_overlay
from smartflo_contract.schemas.profiles import reject_profile, with_named_fields
from smartflo_contract.schemas.schema_keywords import Schema, plain_schema

SCHEMAS: Final = ("lead", "leads", "error")
_BATCH_LEADS: Final = 256
"""Leads that are checked together."""


class Contract:
    """The contract of the lead list in one profile, with or without an overlay.

    Attributes:
        profile: ``sample``, ``documented`` or ``lenient``.
        overlay: the overlay, or ``None``.
        lead: the annotated lead schema of this profile; do not change it.
    """

    def __init__(self, profile: str, overlay: Overlay | None) -> None:
        """Resolve the profile; :func:`load_contract` also accepts an overlay as a mapping or a path."""
        self._data = contract_data(profile) if overlay is None else ContractData(profile, overlay)
        self.profile = profile
        self.overlay = overlay
        self.lead = self._data.lead

    def __repr__(self) -> str:
        """Name the profile and the overlay."""
        overlay = "" if self.overlay is None else f" with overlay {self.overlay.name}"
        return f"<Contract {self.profile}{overlay}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the contract by profile and overlay, because compiled validators can be neither."""
        return load_contract, (self.profile, self.overlay)

    def check(self, body: object) -> tuple[Finding, ...]:
        """Return the findings about a response body, worst first; equal violations are one finding with a count.

        Args:
            body: an array of leads, decoded or as JSON in a string or in bytes.
        """
        from smartflo_contract.schemas.response_check import (  # noqa: PLC0415 - slow to import, and fakes check nothing
            MIN_LEADS_PER_TABLE,
            ResponseCheck,
        )

        try:
            leads, duplicates = _decoded(body)
        except ValueError as error:
            return (not_json(error),)
        if not isinstance(leads, list):
            return (not_an_array(masked(leads, personal=True)),)
        check = ResponseCheck(self._data)
        is_decoded = leads is not body
        for start in range(0, len(leads), _BATCH_LEADS):
            batch = leads[start : start + _BATCH_LEADS]
            repeated = {row: duplicates[start + row] for row in range(len(batch)) if start + row in duplicates}
            if is_decoded or (len(batch) >= MIN_LEADS_PER_TABLE and are_plain_json(batch)):
                check.add_decoded(batch, duplicates=repeated)
            else:
                for lead in batch:
                    check.add(lead)
        return check.findings()

    def is_valid(self, body: object) -> bool:
        """Return whether a response body has no finding of severity ``break``; stop at the first.

        Args:
            body: an array of leads, decoded or as JSON in a string or in bytes.
        """
        from smartflo_contract.schemas.response_check import ResponseCheck  # noqa: PLC0415 - as in `check`

        try:
            leads, duplicates = _decoded(body)
        except ValueError:
            return False
        if duplicates or not isinstance(leads, list):
            return False
        return self._data.fit(leads) and all(map(ResponseCheck(self._data).passes, leads))

    def schema(self, name: str = "lead", *, annotated: bool = False) -> Schema:
        """Return one schema of the contract, as self-contained JSON Schema 2020-12.

        Args:
            name: ``lead``, ``leads`` (a response body) or ``error`` (the same in every profile).
            annotated: keep the ``x-`` keywords, which strict validators reject.

        Raises:
            ContractError: the name is unknown.
        """
        if name not in SCHEMAS:
            message = f"unknown schema `{name}`; expected one of {', '.join(SCHEMAS)}.{nearest(name, SCHEMAS)}"
            raise ContractError(message)
        if name == "error":
            schema: Schema = read("error.schema.json")
            return schema if annotated else plain_schema(schema)
        lead = deepcopy(self.lead) if annotated else with_named_fields(deepcopy(self.lead))
        schema = lead if name == "lead" else read("leads.schema.json")
        if name == "leads":
            definition = {key: value for key, value in lead.items() if not key.startswith("$")}
            schema |= {"items": {"$ref": "#/$defs/lead"}, "$defs": {"lead": definition}}
        schema["$id"] += f":{self.profile}"
        if self.overlay is not None and self.overlay.patch:
            schema["$id"] += f":{self.overlay.digest}"
        return schema if annotated else plain_schema(schema)

    def schema_of(self, key: str) -> Schema:
        """Return the annotated schema of a key of a lead, ``field_N`` included.

        Raises:
            ContractError: the contract has no such key.
        """
        return self._data.schema_of(key)


def load_contract(profile: str = "sample", overlay: OverlaySource | Overlay | None = None) -> Contract:
    """Return the contract of one profile.

    Args:
        profile: ``sample`` (as in the vendor's sample response), ``documented`` (as in the vendor's response table) or
            ``lenient`` (either).
        overlay: a partial lead schema that changes the profile, as a mapping or the path of a JSON file.

    Raises:
        ContractError: the profile is unknown.
        OverlayError: the overlay cannot be read or is invalid.
    """
    if not isinstance(profile, str):  # a list could not be looked up
        reject_profile(profile)
    if overlay is None:
        return _load(profile)
    loaded = overlay if isinstance(overlay, Overlay) else load_overlay(overlay)
    return _load_with_overlay(profile, loaded.name, json.dumps(loaded.schema))


def data_of(contract: Contract) -> ContractData:
    """Return the data of a contract, which other rooms of this project use and users do not."""
    return contract._data  # noqa: SLF001  # no public member, so that users do not depend on it


@lru_cache
def _load(profile: str) -> Contract:
    return Contract(profile, None)


@lru_cache(maxsize=64)
def _load_with_overlay(profile: str, name: str, schema: str) -> Contract:
    """Return the contract with an overlay, the same for equal ones, so that what is derived from it is derived once."""
    return Contract(profile, Overlay(name, json.loads(schema)))


def _decoded(body: object) -> tuple[Any, Mapping[int, Sequence[Path]]]:
    """Return a decoded body, and the duplicate keys of its leads by index."""
    if not isinstance(body, str | bytes | bytearray):
        return body, {}
    leads = decode_json(body)
    text = body.encode() if isinstance(body, str) else bytes(body)
    return leads, duplicate_keys(text, leads) if isinstance(leads, list) else {}
