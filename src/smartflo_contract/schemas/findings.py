"""Findings: the results of a check, as immutable values."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

Severity: TypeAlias = Literal["break", "surprise", "doc-only", "not-needed", "info"]

SEVERITIES: Final[tuple[Severity, ...]] = ("break", "surprise", "doc-only", "not-needed", "info")
NOT_NEEDED: Final = "not-needed"
"""Severity of a finding about something that a client does not need; only where its needs are known."""
NOTES: Final = frozenset({NOT_NEEDED, "info"})
"""Severities that never fail."""
JSON_TYPES: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
"""JSON types by Python type."""
FORMAT_VERSION: Final = 1
_MAX_SHOWN: Final = 10**30
"""Larger integers are not shown; Python does not format very long ones."""


@dataclass(frozen=True)
class Finding:
    """One violation of the contract by a body, however often it occurs.

    Attributes:
        rule: the JSON Schema keyword or the name of the cross-field rule.
        severity: ``break``, ``surprise``, ``doc-only`` or ``info``; ``not-needed`` instead of the first three if it is
            about something that a client does not need.
        pointer: JSON pointer of the key, ``*`` for every index; also names a key that is missing or not allowed. Empty
            for the body as a whole.
        message: one sentence for people.
        expected: what the contract requires.
        got: what the body has, masked: never a personal value, never the content of a string.
        evidence: where the requirement comes from, label to source.
        profiles: the profiles with the same requirement.
        count: number of occurrences in the body.
        first: index of the first lead concerned; ``None`` for the body as a whole.
        contradiction: id of the contradiction that the key is part of, if any.
        source: name of the body, if several were checked.
        help: what usually causes it, and what to do.
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
    help: str = ""

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits, computed from rule and pointer and never from a value."""
        return hashlib.sha256(f"{self.rule}\0{self.pointer}".encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, described by ``finding.schema.json``."""
        fields = asdict(self) | {"evidence": dict(self.evidence), "profiles": list(self.profiles)}
        return {"version": FORMAT_VERSION, "fingerprint": self.fingerprint, **fields}

    def __str__(self) -> str:
        """Return one line: severity, pointer, message, rule and number of occurrences."""
        return f"{self.severity}: {self.pointer or 'body'}: {self.message} [{self.rule}] ({self.times})"

    @property
    def rank(self) -> int:
        """The rank of its severity; 0 is the worst."""
        return SEVERITIES.index(self.severity)

    @property
    def times(self) -> str:
        """The number of occurrences and the first one, in words."""
        times = "once" if self.count == 1 else f"{self.count:,} times"
        if self.first is None:
            return f"{times}, in {self.source}" if self.source else times
        source = f" of {self.source}" if self.source else ""
        return f"{times}, first in lead {self.first:,}{source}"


def cited(evidence: Mapping[str, str]) -> str:
    """Return evidence as one line."""
    return "; ".join(f"{label} ({source})" for label, source in evidence.items())


def masked(value: object, *, personal: bool) -> str:
    """Return what may be shown of a value: its type, and a string's length, or a number or boolean unless personal."""
    if isinstance(value, str):
        return f"string of length {len(value)}" if value else "empty string"
    kind = JSON_TYPES.get(type(value))
    if kind is None and hasattr(value, "json") and hasattr(value, "content"):  # of requests, httpx
        return f"a {type(value).__name__} object; pass .json() or .content"
    if kind is None:
        return f"a {type(value).__name__}, which is not a JSON type"
    if personal or not isinstance(value, int | float) or abs(value) > _MAX_SHOWN:
        return kind
    return f"{kind} {value!r}".replace("True", "true").replace("False", "false")
