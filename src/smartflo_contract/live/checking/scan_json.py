"""The job and the result of a scan as JSON, for another process: what a process prints is data, never code."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final, NamedTuple

from smartflo_contract.live.checking._agreement_counter import FormCounts, form_of
from smartflo_contract.live.checking._finding_collector import ScanResult
from smartflo_contract.live.checking._value_statistics import Counts
from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.overlay import Overlay


class Job(NamedTuple):
    """What the other process scans.

    Attributes:
        path: the file.
        is_array: whether it is an array; otherwise it has one lead per line.
        start: where the scan starts, in bytes.
        end: where the scan ends, in bytes.
        profile: profile of the contract.
        overlay: name and schema of the overlay of the contract, if it has one.
        max_item_bytes: maximum size of one lead.
    """

    path: str
    is_array: bool
    start: int
    end: int
    profile: str
    overlay: tuple[str, dict[str, Any]] | None
    max_item_bytes: int

    def encoded(self) -> bytes:
        """Return the job as JSON."""
        return json.dumps(self).encode()

    @classmethod
    def decoded(cls, data: bytes) -> "Job":
        """Return a job from its JSON."""
        return cls(*json.loads(data))

    @property
    def file(self) -> Path:
        """The file."""
        return Path(self.path)

    def contract(self) -> Contract:
        """Return the contract."""
        return Contract(self.profile, None if self.overlay is None else Overlay(*self.overlay))


def encode_result(result: ScanResult) -> bytes:
    """Return a result as JSON."""
    document = {
        field.name: _CODECS.get(field.name, _PLAIN).encode(getattr(result, field.name)) for field in fields(result)
    }
    return json.dumps(document).encode()


def decode_result(data: bytes) -> ScanResult | None:
    """Return the result that JSON contains; ``None`` if it contains none."""
    try:
        document = json.loads(data)
        return ScanResult(**{name: _CODECS.get(name, _PLAIN).decode(value) for name, value in document.items()})
    except (AttributeError, RecursionError, TypeError, ValueError):
        return None


def _encode_findings(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [asdict(finding) | {"evidence": dict(finding.evidence)} for finding in findings]


def _decode_findings(items: list[dict[str, Any]]) -> tuple[Finding, ...]:
    values: list[dict[str, Any]] = [
        {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()} for item in items
    ]
    return tuple(Finding(**each) for each in values)


def _encode_forms(forms: FormCounts) -> list[tuple[str, int, object]]:
    """Leave out the forms: they follow from the values."""
    return [(key, count, value) for (key, _), (count, value) in forms.items()]


def _decode_forms(items: list[tuple[str, int, object]]) -> FormCounts:
    return {(key, form_of(value)): (count, value) for key, count, value in items}


def _encode_counts(counts: Counts) -> dict[str, list[tuple[Any, int]]]:
    """Keep the types of what is counted: keys of JSON objects are strings."""
    return {name: list(counter.items()) for name, counter in counts.items()}


def _decode_counts(items: Mapping[str, list[tuple[Any, int]]]) -> Counts:
    return {name: Counter(dict(pairs)) for name, pairs in items.items()}


class _Codec(NamedTuple):
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


_PLAIN: Final = _Codec(lambda value: value, lambda value: value)
_FINDINGS: Final = _Codec(_encode_findings, _decode_findings)
_CODECS: Final[Mapping[str, _Codec]] = {
    "body_findings": _FINDINGS,
    "lead_findings": _FINDINGS,
    "forms": _Codec(_encode_forms, _decode_forms),
    "counts": _Codec(_encode_counts, _decode_counts),
    "identifiers": _Codec(
        lambda buckets: [bucket.hex() for bucket in buckets], lambda items: [bytes.fromhex(item) for item in items]
    ),
}
"""How the fields of a result that are not plain JSON are written and read."""
