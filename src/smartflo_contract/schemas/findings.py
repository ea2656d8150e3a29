"""Findings: what a check has to say, as frozen values."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

Severity: TypeAlias = Literal["break", "surprise", "doc-only", "info"]

SEVERITIES: Final[tuple[Severity, ...]] = ("break", "surprise", "doc-only", "info")
KINDS: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}
"""JSON types but for texts, by those of Python."""
FORMAT_VERSION: Final = 1
_LONGEST: Final = 10**30
"""Integers beyond this are not written out; Python would refuse to at some length."""


@dataclass(frozen=True)
class Finding:
    """One disagreement between a body and the contract, however often it occurs.

    Attributes:
        rule: the JSON Schema keyword or the name of the cross-field rule.
        severity: ``break``, ``surprise``, ``doc-only`` or ``info``.
        pointer: JSON pointer of the key, ``*`` for every index; it names the key also where the
            key is missing or not allowed.
        message: one sentence for a reader.
        expected: what the contract asks for.
        got: what came, masked: never a personal value, never any text.
        evidence: where the claim comes from, label to source.
        profiles: the profiles that make the same claim.
        count: in how many places of the body.
        first: index of the first lead concerned; ``None`` where the body as a whole is meant.
        contradiction: id of the contradiction that the key is part of, if any.
        source: name of the body that has the first lead concerned, where there are several.
    """

    rule: str
    severity: Severity
    pointer: str
    message: str
    expected: str
    got: str
    evidence: Mapping[str, str]
    profiles: tuple[str, ...]
    count: int
    first: int | None
    contradiction: str | None = None
    source: str | None = None

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits from rule and pointer, never from a value."""
        return hashlib.sha256(f"{self.rule}\0{self.pointer}".encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, described by ``finding.schema.json``."""
        fields = asdict(self) | {"evidence": dict(self.evidence), "profiles": list(self.profiles)}
        return {"version": FORMAT_VERSION, "fingerprint": self.fingerprint, **fields}

    def __str__(self) -> str:
        """Return one line: severity, pointer, message and how often."""
        return f"{self.severity}: {self.pointer or 'body'}: {self.message} [{self.rule}] ({self.times})"

    @property
    def rank(self) -> int:
        """Where its severity stands, from 0 for the worst."""
        return SEVERITIES.index(self.severity)

    @property
    def times(self) -> str:
        """How often it occurs, and where first, in words."""
        times = "once" if self.count == 1 else f"{self.count:,} times"
        lead = "" if self.first is None else f"lead {self.first:,}"
        where = " of ".join(filter(None, (lead, self.source)))
        return f"{times}, first in {where}" if where else times


def cited(evidence: Mapping[str, str]) -> str:
    """Return evidence in words."""
    return "; ".join(f"{label} ({source})" for label, source in evidence.items())


def masked(value: object, *, personal: bool) -> str:
    """Return what may be said of a value: its kind and size; a number or truth value only if not personal."""
    if isinstance(value, str):
        return f"text of length {len(value)}" if value else "empty text"
    kind = KINDS.get(type(value))
    if kind is None:
        return f"a {type(value).__name__}, which JSON cannot say"
    if personal or not isinstance(value, int | float) or abs(value) > _LONGEST:
        return kind
    return f"{kind} {value!r}".replace("True", "true").replace("False", "false")
