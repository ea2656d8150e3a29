"""Findings without personal data, merged over several responses."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.lead_format import FIELD

_NUMBER: Final = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?(?:e[-+]?[0-9]+)?")
_FOUR_DIGITS: Final = re.compile("[0-9]{4}")
_MAX_FIELD_CHARACTERS: Final = len("field_999")


def mask_findings(findings: Iterable[Finding], contract: Contract) -> Iterator[Finding]:
    """Yield findings without keys and numbers that may identify a person.

    A key that the contract does not have may be a name: it is replaced with a number derived from it, which is the same
    in each report. So is a field whose number no list reaches. Numbers with four digits in a row are replaced with
    their length.
    """
    known = frozenset(_property_names(contract.lead)) | {"", "*"}
    for finding in findings:
        parts = finding.pointer.split("/")
        masked = [part if part in known or _is_field(part) else f"(unknown key {_key_number(part)})" for part in parts]
        got = _NUMBER.sub(_digit_count, finding.got) if finding.pointer else finding.got
        message = finding.message.replace(finding.got, got)
        yield replace(finding, pointer="/".join(masked), got=got, message=message)


def merge_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with equal ones of the same source merged, worst first, and the same of other sources beside."""
    merged: dict[tuple[str, str | None], Finding] = {}
    order: dict[str, int] = {}
    for finding in findings:
        key = finding.fingerprint, finding.source
        equal = merged.get(key)
        merged[key] = finding if equal is None else replace(equal, count=equal.count + finding.count)
        order.setdefault(finding.fingerprint, len(order))
    return tuple(sorted(merged.values(), key=lambda finding: (finding.rank, order[finding.fingerprint])))


def _property_names(schema: object) -> Iterator[str]:
    """Yield the names of all properties in a schema."""
    if isinstance(schema, dict):
        for keyword, value in schema.items():
            if keyword == "properties":
                yield from value
            yield from _property_names(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _property_names(item)


def _is_field(key: str) -> bool:
    return len(key) <= _MAX_FIELD_CHARACTERS and FIELD.fullmatch(key) is not None


def _digit_count(number: re.Match[str]) -> str:
    """Return a short number unchanged, or else the count of its digits before the decimal point, or of all digits."""
    integer, fraction = number.groups("")
    if not _FOUR_DIGITS.search(number[0]):
        return number[0]
    return f"of {len(integer if _FOUR_DIGITS.match(integer) else integer + fraction)} digits"


def _key_number(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
