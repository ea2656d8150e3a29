"""A baseline: the findings that are known, by their fingerprints."""

import json
from os import PathLike
from pathlib import Path
from typing import Any, Final

from smartflo_contract.live.errors import BaselineError
from smartflo_contract.live.report import Report

_VERSION: Final = 1


def read_baseline(path: str | PathLike[str]) -> frozenset[str]:
    """Return the fingerprints in a file.

    Raises:
        BaselineError: it cannot be read, or is no baseline.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        known = frozenset(str(entry["fingerprint"]) for entry in content["findings"])
        if content["version"] == _VERSION:
            return known
        message = f"baseline {path}: it is of another version than {_VERSION}; --update-baseline makes one"
    except OSError as error:
        message = f"baseline {path}: {error.strerror}; --update-baseline makes one"
    except (KeyError, RecursionError, TypeError, ValueError):
        message = f"baseline {path}: it is none; --update-baseline makes one"
    raise BaselineError(message)


def write_baseline(path: str | PathLike[str], report: Report) -> None:
    """Write the findings of a report as known ones: fingerprint, and rule and pointer for people.

    Raises:
        BaselineError: it cannot be written.
    """
    known: list[dict[str, Any]] = sorted(
        (
            {"fingerprint": one.fingerprint, "rule": one.rule, "pointer": one.pointer, "severity": one.severity}
            for one in report.findings
        ),
        key=lambda entry: (entry["rule"], entry["pointer"]),
    )
    text = json.dumps({"version": _VERSION, "findings": known}, indent=2) + "\n"
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"baseline {path}: {error.strerror}"
        raise BaselineError(message) from None
