"""Baselines: known findings, by their fingerprints."""

import json
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Final

from smartflo_contract.live.errors import BaselineError, OutputError
from smartflo_contract.live.output_files import replace_file, require_writable
from smartflo_contract.live.report import Report
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.body_rules import OPERATIONAL_RULES
from smartflo_contract.schemas.profile_names import PROFILES

UNMATCHED_BASELINE: Final = "unmatched-baseline"
"""Rule of the finding about an entry of a baseline that no longer occurs."""
UNMATCHED_EVIDENCE: Final = {"observed": "the baseline, written by an earlier check"}
_VERSION: Final = 1
_KEYS: Final = frozenset({"version", "findings"})
"""Keys of a baseline; a JSON report has these and more."""
_NOT_A_BASELINE: Final = "not a baseline file; name another file, to which --update-baseline writes a new one"


class Baseline:
    """A file of known findings, which reports then leave out.

    Args:
        path: the file.
        update: whether the file is replaced with the findings of the next report.

    Raises:
        BaselineError: the file cannot be read, is not a baseline, or cannot be replaced with ``update``.
    """

    def __init__(self, path: str | PathLike[str], *, update: bool = False) -> None:
        """Read the file, before time is spent on a check."""
        self._path, self._update = Path(path), update
        if update:
            _require_replaceable(self._path)
        self._entries = {} if update else _read(self._path)

    def apply(self, report: Report) -> Report:
        """Return a report without known findings; with ``update``, all of its findings are known.

        If a source could not be read, a baseline is not updated: the findings of that source would be gone.

        Entries of the baseline that no longer occur are findings of severity ``info``, unless something was not read.

        Raises:
            BaselineError: the file cannot be written.
        """
        if self._update and report.unreadable:
            return report
        if self._update:
            _write(self._path, report)
            return report.without(finding.fingerprint for finding in report.findings)
        remaining = report.without(self._entries)
        if not report.leads or report.unreadable:
            return remaining
        found = {finding.fingerprint for finding in report.findings}
        gone = tuple(_unmatched(*entry) for fingerprint, entry in self._entries.items() if fingerprint not in found)
        return replace(remaining, findings=remaining.findings + gone)


def _unmatched(rule: str, pointer: str) -> Finding:
    """Return the finding about an entry that no longer occurs."""
    return Finding(
        rule=UNMATCHED_BASELINE,
        severity="info",
        pointer=pointer,
        message=f"the finding {rule} of the baseline no longer occurs; --update-baseline removes the entry",
        expected=f"the finding {rule}, as in the baseline",
        got="no such finding",
        evidence=UNMATCHED_EVIDENCE,
        profiles=PROFILES,
        count=1,
        first=None,
    )


def _read(path: Path) -> dict[str, tuple[str, str]]:
    """Return rule and pointer of each entry by fingerprint."""
    content = _parse(path)
    try:
        entries = {
            str(entry["fingerprint"]): (str(entry.get("rule", "?")), str(entry.get("pointer", "")))
            for entry in content["findings"]
        }
        if content.keys() != _KEYS:
            reason = _NOT_A_BASELINE
        elif content["version"] != _VERSION:
            reason = f"its version is not {_VERSION}; --update-baseline writes a new one"
        else:
            return entries
    except (AttributeError, KeyError, TypeError):
        reason = _NOT_A_BASELINE
    message = f"baseline {path}: {reason}"
    raise BaselineError(message)


def _parse(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        reason = f"{error.strerror}; --update-baseline writes a new one"
    except OSError as error:
        reason = str(error.strerror)
    except (RecursionError, ValueError):
        reason = _NOT_A_BASELINE
    message = f"baseline {path}: {reason}"
    raise BaselineError(message)


def _require_replaceable(path: Path) -> None:
    """Require that a file can be written, and is new, empty or a baseline."""
    if str(path) == "-":
        message = "baseline -: `-` is not a file name; name a file"
        raise BaselineError(message)
    try:
        require_writable(path)
        if not path.is_file() or not path.stat().st_size:
            return
    except OSError as error:
        message = f"baseline {path}: {error.strerror}"
        raise BaselineError(message) from None
    except OutputError as error:
        message = f"baseline {path}: {error.reason}"
        raise BaselineError(message) from None
    content = _parse(path)
    if not isinstance(content, dict) or content.keys() != _KEYS:
        message = f"baseline {path}: {_NOT_A_BASELINE}"
        raise BaselineError(message)


def _write(path: Path, report: Report) -> None:
    """Write fingerprints, with rule, pointer and severity for readers."""
    entries: list[dict[str, Any]] = [
        {
            "fingerprint": finding.fingerprint,
            "rule": finding.rule,
            "pointer": finding.pointer,
            "severity": finding.severity,
        }
        for finding in {finding.fingerprint: finding for finding in report.findings}.values()
        if finding.rule not in OPERATIONAL_RULES
    ]
    entries.sort(key=lambda entry: (entry["rule"], entry["pointer"]))
    text = json.dumps({"version": _VERSION, "findings": entries}, indent=2) + "\n"
    try:
        with replace_file(path) as file:
            file.write(text.encode())
    except OutputError as error:
        message = f"baseline {path}: {error.reason}"
        raise BaselineError(message) from None
