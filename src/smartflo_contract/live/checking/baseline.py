"""Baselines: known findings, by their fingerprints."""

import json
from os import PathLike
from pathlib import Path
from typing import Any, Final

from smartflo_contract.live.errors import BaselineError
from smartflo_contract.live.report import Report

_VERSION: Final = 1


def read_baseline(path: str | PathLike[str]) -> frozenset[str]:
    """Return the fingerprints in a baseline file.

    Raises:
        BaselineError: the file cannot be read or is not a baseline.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
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


def write_baseline(path: str | PathLike[str], report: Report) -> None:
    """Write the findings of a report as known ones, with rule, pointer and severity for readers.

    Raises:
        BaselineError: the file cannot be written.
    """
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
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"baseline {path}: {error.strerror}"
        raise BaselineError(message) from None
