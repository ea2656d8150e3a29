"""Findings without personal data, merged over several responses."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, Literal, TypeAlias, get_args

from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.body_rules import DUPLICATE_KEY
from smartflo_contract.schemas.errors import similar_name
from smartflo_contract.schemas.json_pointer import escape
from smartflo_contract.schemas.lead_format import FIELD

UnknownKeys: TypeAlias = Literal["show", "mask"]
"""Whether the names of all keys that the contract does not know are shown or masked."""
_NUMBER: Final = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?(?:e[-+]?[0-9]+)?")
_FOUR_DIGITS: Final = re.compile("[0-9]{4}")
_PROPERTY_NAME: Final = re.compile("(?!.*[0-9]{4})[A-Za-z0-9_-]{1,40}")
_MAX_FIELD_CHARACTERS: Final = len("field_999")
_MIN_COMMON_LEADS: Final = 2
_SHORT_LIST_LEADS: Final = 5
"""Leads from which on a key must be common; in a shorter list, one lead is enough."""
_MAX_SUGGESTIONS: Final = 100
"""Unknown keys whose nearest known key is searched."""
_RULES_ABOUT_NAMES: Final = frozenset({"additionalProperties", "new-key", "unknown-key"})


def require_policy(policy: object) -> None:
    """Require a policy for unknown keys, or none.

    Raises:
        ValueError: it is another value.
    """
    policies = get_args(UnknownKeys)
    if policy not in (None, *policies):
        message = f"unknown_keys: expected {' or '.join(policies)}, got {policy!r}"
        raise ValueError(message)


class KeyNames:
    """Names of keys in reports.

    A key that the contract does not know may be the name of a person. It is shown if it reads like the name of a
    property, and occurs in two leads of a response or in one of fewer than five leads. Others are numbered by order of
    appearance.

    Args:
        contract: defines the known keys.
        policy: shows or masks all unknown keys instead.

    Raises:
        ValueError: the policy is unknown.
    """

    def __init__(self, contract: Contract, policy: UnknownKeys | None = None) -> None:
        """Start without an unknown key."""
        require_policy(policy)
        self._known = {escape(name) for name in _property_names(contract.lead)} | {"", "*"}
        self._properties = list(contract.lead["properties"])
        self._policy = policy
        self._common: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._suggestions: dict[str, str | None] = {}

    def count(self, findings: Iterable[Finding], leads: int) -> None:
        """Count the keys in the findings of a whole response with so many leads, merged."""
        for finding in findings:
            may_repeat = finding.rule == DUPLICATE_KEY or finding.pointer.count("*") > 1  # in one lead
            self.count_pointer(finding.pointer, 1 if may_repeat else finding.count, leads)

    def count_pointer(self, pointer: str, count: int, leads: int) -> None:
        """Count a pointer that occurs in so many leads of a whole response with so many leads.

        Counts are not added up: two findings, or two responses, may be about the same lead.
        """
        if count >= _MIN_COMMON_LEADS or leads < _SHORT_LIST_LEADS:
            self._common.update(part for part in pointer.split("/") if not self._is_known(part))

    def is_shown(self, segment: str) -> bool:
        """Return whether reports show a path segment."""
        if self._is_known(segment) or self._policy == "show":
            return True
        is_name = _PROPERTY_NAME.fullmatch(segment) is not None
        return self._policy is None and is_name and segment in self._common

    def mask(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield findings without keys and numbers that may identify a person, and with the nearest known keys.

        Numbers with four digits in a row are replaced with their length.
        """
        findings = list(findings)
        for finding in sorted(findings, key=_appearance(findings)):
            for segment in finding.pointer.split("/"):
                self._shown(segment)  # the first to be shown has the first number
        for finding in findings:
            pointer = "/".join(map(self._shown, finding.pointer.split("/")))
            got = finding.got
            if finding.pointer:
                got = _NUMBER.sub(_digit_count, got.replace(finding.pointer, pointer))
            expected = finding.expected + self._suggestion(finding)
            message = finding.message.replace(finding.got, got).replace(finding.expected, expected, 1)
            yield replace(finding, pointer=pointer, got=got, expected=expected, message=message)

    def _is_known(self, segment: str) -> bool:
        return segment in self._known or _is_field(segment)

    def _shown(self, segment: str) -> str:
        if self.is_shown(segment):
            return segment
        return f"(unknown key {self._numbers.setdefault(segment, len(self._numbers) + 1)})"

    def _suggestion(self, finding: Finding) -> str:
        """Return which known key is nearest to an unknown one, in parentheses; an empty string for none."""
        key = finding.pointer.rpartition("/")[2]
        if finding.rule not in _RULES_ABOUT_NAMES or self._is_known(key) or not self.is_shown(key):
            return ""
        if key not in self._suggestions and len(self._suggestions) < _MAX_SUGGESTIONS:
            self._suggestions[key] = similar_name(key, self._properties)
        name = self._suggestions.get(key)
        return f" (did you mean `{name}`?)" if name else ""


def _appearance(findings: Iterable[Finding]) -> Callable[[Finding], tuple[int, int]]:
    """Return a sort key for findings by source and first lead, whatever their severity and whoever found them."""
    sources: dict[str | None, int] = {}
    for finding in findings:
        sources.setdefault(finding.source, len(sources))
    return lambda finding: (sources[finding.source], -1 if finding.first is None else finding.first)


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
