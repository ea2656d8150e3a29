"""The form of a rule, and of the functions in its entry."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.known_values import KnownValues
from smartflo_contract.schemas.lead_table import Table
from smartflo_contract.schemas.profile_names import PROFILES

Lead: TypeAlias = Mapping[str, Any]

ABSENT: Final = object()
"""Stands for the value of a key that a lead does not have."""
SAMPLE_RESPONSE: Final = {"sample": "leads page, sample response"}
RESPONSE_TABLE: Final = {"documented": "leads page, response table"}
STRICT_BUT_LENIENT: Final[Mapping[str, Severity]] = {"sample": "break", "documented": "break", "lenient": "surprise"}
_OTHER_FORM: Final = (KeyError, TypeError, ValueError)
"""What a check of columns raises where a value has another form than it expects."""


class Breach(NamedTuple):
    """One value by which a lead breaks a rule.

    Attributes:
        path: from the lead down to the value.
        expected: what the rule requires there.
        got: the value, unmasked; :data:`ABSENT` if the key is missing.
    """

    path: Path
    expected: str
    got: object


class Change(NamedTuple):
    """A change of a valid lead that breaks one rule.

    Attributes:
        path: from the lead down to the value that the finding points at.
        patch: new values by key; :data:`ABSENT` removes the key.
    """

    path: Path
    patch: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        """The pointer of the finding."""
        return finding_pointer(self.path)

    @classmethod
    def removal(cls, key: str) -> "Change":
        """Return the change that removes a key."""
        return cls((key,), {key: ABSENT})

    def apply_to(self, lead: Lead) -> dict[str, Any]:
        """Return the broken lead; it shares no value with the change."""
        broken = dict(lead)
        for key, value in self.patch.items():
            if value is ABSENT:
                broken.pop(key, None)
            else:
                broken[key] = deepcopy(value)
        return broken


class Identifiers(Protocol):
    """A collection of the identifiers of leads."""

    def __contains__(self, identifier: object, /) -> bool:
        """Whether the identifier has been added."""

    def add(self, identifier: object, /) -> None:
        """Add an identifier."""

    def add_new(self, identifiers: Sequence[Any], /) -> bool:
        """Add identifiers if surely none has been added before and none is repeated; return whether they were added."""


class IdentifierSet(set[Any]):
    """Identifiers in a set."""

    def add_new(self, identifiers: Sequence[Any], /) -> bool:
        """Add identifiers if none has been added before and none is repeated; return whether they were added."""
        new = set(identifiers)
        if len(new) < len(identifiers) or not self.isdisjoint(new):  # searched the other way round, all are compared
            return False
        self.update(new)
        return True


class ResponseState:
    """What rules know about the contract, the keys of the current lead, and the leads before it.

    Attributes:
        properties: the properties of the contract.
        known_values: the known values of its open sets, by key.
        keys: the keys of the current lead.
        list_id: ``list_id`` of the first lead; ``None`` before it.
        columns: column names of the first lead that has any; ``None`` before it.
        ids: the identifiers of the leads so far.
    """

    __slots__ = ("columns", "ids", "keys", "known_values", "list_id", "properties")

    def __init__(
        self, properties: frozenset[str], known_values: Mapping[str, KnownValues], ids: Identifiers | None = None
    ) -> None:
        """Start before the first lead."""
        self.properties = properties
        self.known_values = known_values
        self.keys: tuple[str, ...] = ()
        self.list_id: object = None
        self.columns: tuple[str, ...] | None = None
        self.ids: Identifiers = IdentifierSet() if ids is None else ids


LeadCheck: TypeAlias = Callable[[Lead, ResponseState], Iterable[Breach]]
"""Returns how a lead breaks a rule.

It receives only leads that the schema accepts and that have the keys which the rule reads. It returns nothing for a
value whose form another rule or another reading is about.
"""
ColumnCheck: TypeAlias = Callable[[Table, ResponseState], bool]
"""Returns whether surely no lead of a table breaks a rule; ``False`` has each lead checked individually."""
LeadBreaker: TypeAlias = Callable[[Lead, Mapping[str, Any]], Iterable[Change]]
"""Returns changes that break a rule in a valid lead, given the lead schema.

The changed lead is valid by the schema of every profile in which the rule applies. The caller drops changes that the
schema rejects because of an overlay.
"""
ListBreaker: TypeAlias = Callable[[Sequence[Lead]], list[dict[str, Any]]]
"""Returns a copy of two or more valid leads that breaks a rule between leads."""


class Rule(NamedTuple):
    """One rule: one entry of the table.

    Attributes:
        name: the ``rule`` of its findings.
        claim: what the rule requires, as a sentence without its full stop.
        keys: the keys that it reads; ``field_`` stands for all fields.
        severity: severity by profile; the rule does not apply in a profile that is missing.
        evidence: label to source.
        check: the check of one lead.
        check_columns: the fast check of many leads; ``None`` if each is checked individually.
        break_lead: how to break the rule in one lead; ``None`` if that is impossible.
        break_list: how to break the rule between leads; ``None`` if that is impossible.
        contradiction: id of the contradiction that the rule belongs to, if any.
        is_cached: whether the result depends only on the keys, ``header`` and ``sensitive_field_map``. These are equal
            in most leads of a list, so the result is kept until one of them changes. Of ``header``, the paths depend
            only on its type and the number of columns, unless the rule is sequential.
        is_unique: whether the rule requires that no other lead has the value of its first key, and nothing else.
        is_sequential: whether the result depends on the leads before, and on the values of ``keys`` alone.
        optional_keys: the keys that a rule without ``keys`` reads if a lead has them, besides those of the open sets;
            empty if it may read any.
    """

    name: str
    claim: str
    keys: tuple[str, ...]
    severity: Mapping[str, Severity]
    evidence: Mapping[str, str]
    check: LeadCheck
    check_columns: ColumnCheck | None = None
    break_lead: LeadBreaker | None = None
    break_list: ListBreaker | None = None
    contradiction: str | None = None
    is_cached: bool = False
    is_unique: bool = False
    is_sequential: bool = False
    optional_keys: tuple[str, ...] = ()

    def holds_in(self, table: Table, state: ResponseState) -> bool:
        """Return whether surely no lead of a table breaks this rule."""
        try:
            return self.check_columns is not None and self.check_columns(table, state)
        except _OTHER_FORM:
            return False


def in_every_profile(severity: Severity) -> dict[str, Severity]:
    """Return one severity for all profiles."""
    return dict.fromkeys(PROFILES, severity)
