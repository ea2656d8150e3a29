"""The report as JSON by the mutation-testing-report-schema, which Stryker's tools and dashboards read.

The source files are smallest responses as JSON, in a folder for each kind of mutants, so each kind has its own score.
Mutants that change many lines are in a file ``response.json``. Mutants of ignored keys are in the folder ``ignored``
below that of their kind: the score of the kind counts them, that of its other files does not.

Statuses: a mutant is ``Killed`` if a test failed, ``Timeout`` if the tests took too long, ``Survived`` if they passed
although the mutant was served, ``NoCoverage`` if no test was served what it changes, and ``Pending`` if the run ended
before its turn. ``Ignored``, which means that a mutant is not run, is not used. A tolerance mutant is a change that a
client should accept: ``Killed`` is the defect there, and the reason of the status says so.

Kinds, evidence, reproducers and our scores are in ``config``, for which the schema defines no keys. There are no paths
of the machine, and sources of test files only if the run has a folder of the project.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from smartflo_contract._version import __version__
from smartflo_contract.coverage.contract_cells import file_name
from smartflo_contract.mutants import KINDS, Kind, example_of
from smartflo_contract.mutation.reports.json_source import Position, edit_of, pretty
from smartflo_contract.mutation.reports.summary import IGNORED, Summary
from smartflo_contract.mutation.results import NOTICED, MutantResult, MutationRun, Status
from smartflo_contract.schemas.printable import escape_unprintable

_STATUSES: Final[dict[Status, str]] = {
    "killed": "Killed",
    "timeout": "Timeout",
    "survived": "Survived",
    "no-coverage": "NoCoverage",
    "not-run": "Pending",
}
_REASONS: Final[dict[Status, str]] = {
    "no-coverage": "no test was served what the mutant changes",
    "not-run": "the run ended before its turn",
}
"""Reasons of results that have none."""
_TOLERANCE_REASONS: Final = {
    True: "over-strict: a client should accept this change",
    False: "accepted, as it should be",
}
_THRESHOLDS: Final = {"high": 80, "low": 60}
"""Those of Stryker by default: shares in percent from which a score is good, and below which it is bad."""
_SCHEMA_VERSION: Final = "2"
_MAX_LINES_OF_A_KEY: Final = 10
_MAX_SOURCE_BYTES: Final = 512 * 1024
_not_in_name = re.compile(r"[^\w.-]+")


def report_as_dict(run: MutationRun) -> dict[str, Any]:
    """Return a run in JSON types by the schema; the docstring of this module states how statuses correspond."""
    summary = Summary(run)
    return {
        "schemaVersion": _SCHEMA_VERSION,
        "thresholds": _THRESHOLDS,
        "framework": {"name": "smartflo-contract", "version": __version__},
        "config": _config(summary),
        "files": dict(_files(summary)),
        "testFiles": _test_files(run),
    }


def _config(summary: Summary) -> dict[str, Any]:
    """Return what the schema has no other place for."""
    run = summary.run
    overlay = run.contract.overlay
    return {
        "contract": {"profile": run.contract.profile, "overlay": None if overlay is None else _line(overlay.name)},
        "command": _line(run.command) or None,
        "scores": {kind: _scores(run, kind) for kind in KINDS},
        "ignored": {_line(group): count for group, count in summary.ignored.items()},
        "left_out": {_line(test): _line(reason) for test, reason in run.left_out.items()},
        "notes": [*map(_line, run.notes)],
        "mutants": {
            _line(result.mutant.id): {
                "kind": result.mutant.kind,
                "group": _line(result.mutant.group),
                "evidence": _line(result.mutant.evidence),
                "reproducer": _line(result.reproducer),
            }
            for result in run.results
        },
    }


def _scores(run: MutationRun, kind: Kind) -> dict[str, Any]:
    scores = {
        name: run.score(kind, with_ignored=name == "with_ignored") for name in ("with_ignored", "without_ignored")
    }
    return {name: {**score._asdict(), "percent": score.percent} for name, score in scores.items()}


def _files(summary: Summary) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the source files with their mutants: one for each folder and body."""
    run = summary.run
    by_folder: dict[str, dict[_Source, list[MutantResult]]] = {}
    for result in run.results:
        folder = f"{result.mutant.kind}{'/ignored' if result.mutant.group in summary.ignored else ''}"
        by_folder.setdefault(folder, {}).setdefault(_source_of(run, result), []).append(result)
    name = PurePosixPath(file_name(run.contract)).stem
    for folder, sources in by_folder.items():
        stems: set[str] = set()
        for source, results in sorted(sources.items(), key=lambda entry: -len(entry[1])):
            stem = _unused(_stem(source, results[0], stems), stems)
            stems.add(stem)
            mutants = [_mutant(summary, result) for result in results]
            content = {"language": "json", "source": pretty(source.body), "mutants": mutants}
            yield f"{name}/{folder}/{stem}.json", content


class _Source(NamedTuple):
    """A source file.

    Attributes:
        body: body of the response.
        is_response: whether its mutants change many lines. They have a file of their own, because a report marks all
            lines of a mutant, and the lines of a key would no longer stand out.
    """

    body: bytes
    is_response: bool


def _source_of(run: MutationRun, result: MutantResult) -> _Source:
    before, after = example_of(run.contract, result.mutant)
    edit = edit_of(before, after)
    return _Source(before, edit.end.line - edit.start.line > _MAX_LINES_OF_A_KEY)


def _stem(source: _Source, result: MutantResult, stems: Collection[str]) -> str:
    """Return the name of a file: that with the most mutants of keys is called ``lead``."""
    if source.is_response:
        return "response"
    return _not_in_name.sub("-", result.mutant.group) if "lead" in stems else "lead"


def _unused(stem: str, stems: Collection[str]) -> str:
    """Return a name of a file that is not in use, with a number if need be."""
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(name for name in chain((stem,), numbered) if name not in stems)


def _mutant(summary: Summary, result: MutantResult) -> dict[str, Any]:
    mutant = result.mutant
    edit = edit_of(*example_of(summary.run.contract, mutant))
    reproducer = f"\nReproduce with: {_line(result.reproducer)}" if result.reproducer else ""
    content = {
        "id": _line(mutant.id),
        "mutatorName": _line(mutant.operator),
        "location": {"start": edit.start._asdict(), "end": edit.end._asdict()},
        "replacement": edit.replacement,
        "status": _STATUSES[result.status],
        "statusReason": _reason(summary, result),
        "description": f"{_line(mutant.change)} ({mutant.kind}, evidence: {_line(mutant.evidence)}){reproducer}",
        "duration": max(result.seconds, 0) * 1000,
        "killedBy": [*map(_line, result.killed_by)],
    }
    # A command has no tests that could cover a mutant.
    return content if summary.run.command else content | {"coveredBy": [*map(_line, result.covered_by)]}


def _reason(summary: Summary, result: MutantResult) -> str:
    parts = [_line(result.reason) or _REASONS.get(result.status, "")]
    group = result.mutant.group
    if result.status == "survived" and group in summary.ignored:
        parts.append(f"{IGNORED} {_line(group)}")
    if result.mutant.kind == "tolerance" and result.status in {"survived", *NOTICED}:
        parts.append(_TOLERANCE_REASONS[result.status in NOTICED])
    return "; ".join(filter(None, parts))


def _test_files(run: MutationRun) -> dict[str, Any]:
    """Return the tests by file. Those of unknown files are under the part of their name before ``::``."""
    mentioned = (name for result in run.results for name in (*result.covered_by, *result.killed_by))
    by_file: dict[str, dict[str, int]] = {}
    for name in dict.fromkeys((*run.test_files, *run.left_out, *mentioned)):
        path, line = run.test_files.get(name, (name.partition("::")[0], 0))
        by_file.setdefault(_line(path) or "tests", {})[_line(name)] = line
    return {path: _test_file(run.root, path, lines) for path, lines in by_file.items()}


def _test_file(root: Path | None, path: str, lines: Mapping[str, int]) -> dict[str, Any]:
    """Return a file of tests. Tests have locations only with the source: the elements do not list them otherwise."""
    tests: list[dict[str, Any]] = [{"id": name, "name": name.partition("::")[2] or name} for name in lines]
    source = None if root is None else _source(root, path)
    if source is None or max(lines.values()) > source.count("\n") + 1:  # the file has changed
        return {"tests": tests}
    for test, line in zip(tests, lines.values(), strict=True):
        if line > 0:
            test["location"] = {"start": Position(line, 1)._asdict()}
    return {"tests": tests, "source": source}


def _source(root: Path, path: str) -> str | None:
    """Return the source of a file in the project's folder, ``None`` if it cannot be shown."""
    with suppress(OSError, ValueError):
        file = (root / path).resolve()
        if file.is_relative_to(root.resolve()) and file.stat().st_size <= _MAX_SOURCE_BYTES:
            return file.read_text(encoding="utf-8")
    return None


def _line(text: str) -> str:
    return escape_unprintable(text)
