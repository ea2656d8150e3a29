"""Reports, baselines and the exit code of the commands that have findings."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from smartflo_contract.cli.errors import FINDINGS, usage_error
from smartflo_contract.cli.output import write
from smartflo_contract.cli.sources import read_sources

if TYPE_CHECKING:
    from smartflo_contract.live import Report

_SUMMARY: Final = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """Values of the options :data:`smartflo_contract.cli.options.checking`."""

    fail_on: Any
    baseline: Path | None
    update_baseline: bool
    exit_zero: bool
    reports: Sequence[str]
    max_item: int
    base_url: str | None
    max_wait: float
    max_time: float
    token: str | None
    prompt: bool
    profile: str
    overlay: Path | None


def report_findings(scan: Callable[..., "Report"], sources: Sequence[str], options: CheckOptions) -> None:
    """Scan sources, write the reports, and exit with 1 for findings of the severity ``--fail-on``.

    Args:
        scan: ``live.check`` or ``live.diff``.
        sources: arguments of the command.
        options: its options.

    Raises:
        click.UsageError: options contradict each other, or a report cannot be written.
    """
    from smartflo_contract.live.checking.baseline import Baseline
    from smartflo_contract.live.reports import REPORTS

    targets = _parse_targets(options.reports or ("text",), REPORTS)
    if options.update_baseline and options.baseline is None:
        message = "--update-baseline requires --baseline FILE, the file to write"
        raise usage_error(message)
    baseline = Baseline(options.baseline, update=options.update_baseline) if options.baseline else None
    report = read_sources(
        scan,
        sources,
        base_url=options.base_url,
        token=options.token,
        prompt=options.prompt,
        profile=options.profile,
        overlay=options.overlay,
        max_item=options.max_item,
        max_wait=options.max_wait,
        max_time=options.max_time,
    )
    if baseline:
        report = baseline.apply(report)
    for form, path in targets.items():
        _write_report(form, path, REPORTS[form](report, options.fail_on))
    if report.at_least(options.fail_on) and not options.exit_zero:
        click.get_current_context().exit(FINDINGS)


def _parse_targets(reports: Sequence[str], formats: Iterable[str]) -> dict[str, Path | None]:
    """Return the file of each report format; ``None`` for standard output."""
    targets: dict[str, Path | None] = {}
    for report in reports:
        form, equals, path = report.partition("=")
        if form not in formats or (equals and not path):
            message = f"--report {report}: expected FORM or FORM=FILE, where FORM is one of {', '.join(formats)}"
            raise usage_error(message)
        if form in targets:
            message = f"--report {form}: each format can be used only once"
            raise usage_error(message)
        summary = os.environ.get(_SUMMARY) if form == "markdown" else None
        target = Path(path) if equals else Path(summary) if summary else None
        if target is not None and target in targets.values():
            message = f"--report {report}: another format is written to this file"
            raise usage_error(message)
        targets[form] = target
    if sum(path is None for path in targets.values()) > 1:
        message = "--report: only one format can go to standard output; write the others with FORM=FILE"
        raise usage_error(message)
    return targets


def _write_report(form: str, path: Path | None, content: str) -> None:
    """Write a report to standard output or a file; the summary of a GitHub step is appended to."""
    if path is None:
        write([content])
        return
    try:
        with path.open("a" if str(path) == os.environ.get(_SUMMARY) else "w", encoding="utf-8") as file:
            file.write(content)
    except OSError as error:
        message = f"--report {form}={path}: {error.strerror}"
        raise usage_error(message) from None
