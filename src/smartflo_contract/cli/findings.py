"""Reports, baselines and the exit code of the commands that have findings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from smartflo_contract.cli.errors import FINDINGS, UNREADABLE, print_error, usage_error
from smartflo_contract.cli.job_summary import job_summary
from smartflo_contract.cli.output import wrap_for_terminal, write
from smartflo_contract.cli.sources import read_sources, token_file

if TYPE_CHECKING:
    from smartflo_contract.live import Report


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """Values of the options :data:`smartflo_contract.cli.options.checking`."""

    fail_on: Any
    baseline: Path | None
    update_baseline: bool
    exit_zero: bool
    reports: Sequence[str]
    unknown_keys: Any
    max_item: int
    base_url: str | None
    max_wait: float
    max_time: float
    token: str | None
    prompt: bool
    profile: str
    overlay: Path | None
    needs: Path | None


def report_findings(scan: Callable[..., "Report"], sources: Sequence[str], options: CheckOptions) -> None:
    """Scan sources, write the reports, and exit with 1 for findings of the severity ``--fail-on``, or 3.

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
    _check_files(targets, sources, options)
    baseline = Baseline(options.baseline, update=options.update_baseline) if options.baseline else None
    report = read_sources(
        scan,
        sources,
        base_url=options.base_url,
        token=options.token,
        prompt=options.prompt,
        profile=_profile(options),
        overlay=options.overlay,
        needs=options.needs,
        unknown_keys=options.unknown_keys,
        max_item=options.max_item,
        max_wait=options.max_wait,
        max_time=options.max_time,
    )
    if baseline:
        report = baseline.apply(report)
    for form, path in sorted(targets.items(), key=lambda target: target[1] is None):  # standard output may be closed
        _write_report(form, path, REPORTS[form](report, options.fail_on))
    for reason in report.unreadable:
        print_error(reason)
    if report.unreadable and options.update_baseline:
        print_error(f"baseline {options.baseline} was not updated, because not every source could be read")
    if report.unreadable:
        click.get_current_context().exit(UNREADABLE)
    if report.at_least(options.fail_on) and not options.exit_zero:
        click.get_current_context().exit(FINDINGS)


def _profile(options: CheckOptions) -> str:
    """Return the profile: that of the needs, if there are any and no other one is set."""
    source = click.get_current_context().get_parameter_source("profile")
    if options.needs is None or source is not ParameterSource.DEFAULT:
        return options.profile
    from smartflo_contract.schemas.needs import load_needs

    return load_needs(options.needs).profile


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
        summary = job_summary() if form == "markdown" else None
        if path == "-":
            message = f"--report {report}: `-` is not a file name; for standard output use --report {form}"
            raise usage_error(message)
        target = Path(path) if equals else summary
        if target is not None and target in targets.values():
            message = f"--report {report}: another format is written to this file"
            raise usage_error(message)
        targets[form] = target
    if sum(path is None for path in targets.values()) > 1:
        message = "--report: only one format can go to standard output; write the others with FORM=FILE"
        raise usage_error(message)
    return targets


def _check_files(targets: Mapping[str, Path | None], sources: Sequence[str], options: CheckOptions) -> None:
    """Require that reports and baseline can be written and replace no other file, before anything is read."""
    from smartflo_contract.live.output_files import is_same_file
    from smartflo_contract.live.sources import split_selector

    written = {f"--report {form}={path}": path for form, path in targets.items() if path is not None}
    if options.baseline is not None and str(options.baseline) == "-":
        message = "--baseline -: `-` is not a file name; name a file"
        raise usage_error(message)
    read = [split_selector(source)[0] for source in sources if source != "-"]
    read += [path for path in (options.overlay, options.needs, token_file(options.token)) if path is not None]
    if options.baseline is not None and options.update_baseline:
        written[f"--baseline {options.baseline}"] = options.baseline
    elif options.baseline is not None:
        read.append(options.baseline)
    for option, path in written.items():
        others = [other for name, other in written.items() if name != option]
        if is_same_file(path, *read, *others):
            message = f"{option}: this file is read or written for another purpose; name another file"
            raise usage_error(message)
    for form, target in targets.items():
        if target is not None:
            _require_replaceable(form, target)


def _is_summary(path: Path) -> bool:
    """Return whether a path is the summary of a GitHub step."""
    return path == job_summary()


def _require_replaceable(form: str, path: Path) -> None:
    """Require that a report can be written to a file, which is new, empty or a report."""
    from smartflo_contract.live.errors import OutputError
    from smartflo_contract.live.output_files import require_writable
    from smartflo_contract.live.reports.recognition import is_report

    try:
        require_writable(path)
        is_other_file = path.is_file() and not _is_summary(path) and not is_report(path)
        reason = "not a report; name another file, or delete this one" if is_other_file else None
    except OutputError as error:
        reason = error.reason
    except OSError as error:
        reason = error.strerror
    if reason:
        message = f"--report {form}={path}: {reason}"
        raise usage_error(message)


def _write_report(form: str, path: Path | None, content: str) -> None:
    """Write a report to standard output or a file; the summary of a GitHub step is appended to."""
    from smartflo_contract.live.errors import OutputError
    from smartflo_contract.live.output_files import replace_file

    if path is None:
        write([wrap_for_terminal(content) if form == "text" else content])
        return
    try:
        if _is_summary(path):
            with path.open("a", encoding="utf-8") as file:
                file.write(content)
        else:
            with replace_file(path) as stream:
                stream.write(content.encode())
    except (OutputError, OSError) as error:
        message = f"--report {form}={path}: {error.reason if isinstance(error, OutputError) else error.strerror}"
        raise usage_error(message) from None
