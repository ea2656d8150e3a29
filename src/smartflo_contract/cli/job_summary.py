"""The summary of a job on GitHub, which shows Markdown."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_VARIABLE: Final = "GITHUB_STEP_SUMMARY"
_REPORT_VARIABLE: Final = "SMARTFLO_REPORT"


def job_summary() -> Path | None:
    """Return the summary of the current step; ``None`` outside of GitHub Actions."""
    path = os.environ.get(_VARIABLE)
    return Path(path) if path else None


def append_to_job_summary(arguments: Sequence[str], message: str, code: int) -> None:
    """Append an error to the summary, if the command was to append its report there.

    Args:
        arguments: arguments of the command.
        message: the error.
        code: exit code of the command.
    """
    path = job_summary()
    reports = [value.removeprefix("--report=") for value in (*arguments, *os.environ.get(_REPORT_VARIABLE, "").split())]
    if path is None or "markdown" not in reports:
        return
    with suppress(OSError), path.open("a", encoding="utf-8") as file:
        file.write(f"## Smartflo contract: exit code {code}\n\n    {' '.join(message.split())}\n")
