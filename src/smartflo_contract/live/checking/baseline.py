"""Baselines: known findings, by their fingerprints."""

import json
from os import PathLike
from pathlib import Path
from typing import Any, Final

from smartflo_contract.live.errors import BaselineError
from smartflo_contract.live.report import Report

_VERSION: Final = 1


class Baseline:
    """A file of known findings, which reports then leave out.

    Args:
        path: the file.
        update: whether the file is replaced with the findings of the next report; then it is not read.

    Raises:
        BaselineError: the file cannot be read or is not a baseline.
    """

    def __init__(self, path: str | PathLike[str], *, update: bool = False) -> None:
        """Read the file, before time is spent on a check."""
        self._path, self._update = Path(path), update
        self._fingerprints = frozenset[str]() if update else _read(self._path)

    def apply(self, report: Report) -> Report:
        """Return a report without known findings; with ``update``, all of its findings are known.

        Raises:
            BaselineError: the file cannot be written.
        """
        if self._update:
            _write(self._path, report)
            self._fingerprints = frozenset(finding.fingerprint for finding in report.findings)
        return report.without(self._fingerprints)


def _read(path: Path) -> frozenset[str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        fingerprints = frozenset(str(entry["fingerprint"]) for entry in content["findings"])
        if content["version"] == _VERSION:
            return fingerprints
        reason = f"its version is not {_VERSION}"
    except OSError as error:
        reason = str(error.strerror)
    except (KeyError, RecursionError, TypeError, ValueError):
        reason = "it is not a baseline"
    message = f"baseline {path}: {reason}; --update-baseline writes a new one"
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
        for finding in report.findings
    ]
    entries.sort(key=lambda entry: (entry["rule"], entry["pointer"]))
    text = json.dumps({"version": _VERSION, "findings": entries}, indent=2) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"baseline {path}: {error.strerror}"
        raise BaselineError(message) from None
