"""Options of mutation. Imports pytest only until mutation is requested."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from smartflo_contract.pytest_plugin._report_options import TERM, Report, parse_percent, parse_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PLUGIN_NAME: Final = "smartflo-mutation"
"""Name of the plugin that sets mutants for the fake of the fixtures."""
ALL: Final = "all"
KINDS: Final = ("breaking", "tolerance", ALL)
_PLACES: Final = {"markdown": "FILE", "json": "FILE", "html": "FILE"}
RESULT_VARIABLE: Final = "SMARTFLO_MUTANT_RESULT"
"""Environment variable of a run with one mutant that a mutation run starts: the file of its result."""
_MUTATE: Final = "--smartflo-mutate"
_MAX: Final = "--smartflo-mutate-max"
_CHANGED: Final = "--smartflo-mutate-changed"
_FAIL_UNDER: Final = "--smartflo-mutate-fail-under"
_REPORT: Final = "--smartflo-mutate-report"
MUTANT: Final = "--smartflo-mutant"
NEEDS: Final = "--smartflo-needs"
_MUTATE_HELP: Final = (
    "after the tests, run them again with changes of the API, called mutants, and report which ones no test notices: "
    "breaking, tolerance or all (default)"
)
_MAX_HELP: Final = "maximum number of mutants: a sample that --smartflo-seed selects"
_CHANGED_HELP: Final = "run only mutants whose tests, code or contract have changed since the last run"
_FAIL_UNDER_HELP: Final = (
    "minimum mutation score of breaking mutants, in percent from 0 to 100, without keys that nothing shows to be read"
)
_REPORT_HELP: Final = "report of mutation: term (default), markdown:FILE, json:FILE or html:FILE; repeatable"
_MUTANT_HELP: Final = (
    "run the tests with a mutant, such as lead_id:remove, or several joined by commas; `smartflo-contract mutants` "
    "lists them"
)
_NEEDS_HELP: Final = (
    "after the tests, run them again to find the smallest contract that they pass with; write it to FILE, for "
    "`smartflo-contract check --needs FILE`"
)
_MAX_SHOWN: Final = 80


class MutationOptions(NamedTuple):
    """What the user requests.

    Attributes:
        kind: kind of the mutants, one of :data:`KINDS`.
        max_mutants: maximum number of mutants that are run; ``None`` for all.
        only_changed: whether results of the last run are reused.
        fail_under: minimum score of breaking mutants in percent; ``None`` for none.
        reports: the reports.
    """

    kind: str
    max_mutants: int | None
    only_changed: bool
    fail_under: float | None
    reports: tuple[Report, ...]


def add_mutation_options(parser: pytest.Parser) -> None:
    """Add the options and their ini keys."""
    group = parser.getgroup("smartflo")
    group.addoption(_MUTATE, nargs="?", const=ALL, metavar="KIND", help=_MUTATE_HELP)
    group.addoption(_MAX, metavar="N", help=_MAX_HELP)
    group.addoption(_CHANGED, action="store_true", help=_CHANGED_HELP)
    group.addoption(_FAIL_UNDER, metavar="PERCENT", help=_FAIL_UNDER_HELP)
    group.addoption(_REPORT, action="append", metavar="REPORT", help=_REPORT_HELP)
    group.addoption(MUTANT, metavar="ID", help=_MUTANT_HELP)
    group.addoption(NEEDS, nargs="?", const="", metavar="FILE", help=_NEEDS_HELP)
    parser.addini("smartflo_mutate", f"{_MUTATE_HELP}; the option takes precedence")
    parser.addini("smartflo_mutate_max", f"{_MAX_HELP}; the option takes precedence")
    parser.addini("smartflo_mutate_changed", _CHANGED_HELP, type="bool")
    parser.addini("smartflo_mutate_fail_under", f"{_FAIL_UNDER_HELP}; the option takes precedence")
    parser.addini("smartflo_mutate_report", f"{_REPORT_HELP}, one per line; the option takes precedence", "linelist")


def mutant_ids(config: pytest.Config) -> str | None:
    """Return the ids of the mutants that the tests run with; ``None`` without any."""
    ids: str | None = config.getoption(MUTANT)
    return ids


def needs_output(config: pytest.Config) -> Path | str | None:
    """Return the file of the needs, empty if they are only printed, ``None`` if they are not requested.

    Raises:
        pytest.UsageError: another option contradicts it.
    """
    output: str | None = config.getoption(NEEDS)
    if output is None:
        return None
    for option in (_MUTATE, MUTANT):
        if config.getoption(option):
            message = f"{NEEDS}: expected no {option}, because tests run again for one purpose at a time"
            raise pytest.UsageError(message)
    if config.getoption("numprocesses", default=None):
        message = f"{NEEDS}: expected one process, because each run depends on the ones before; add -n 0"
        raise pytest.UsageError(message)
    _require_no_debugger(config, NEEDS)
    is_test = (config.invocation_params.dir / output.partition("::")[0]).exists() and not output.endswith(".json")
    if output and is_test:
        message = (
            f"{NEEDS}: `{output[:_MAX_SHOWN]}` exists and is no JSON file; write {NEEDS}=FILE before paths of tests"
        )
        raise pytest.UsageError(message)
    return config.invocation_params.dir / output if output else ""


def mutation_options(config: pytest.Config) -> MutationOptions | None:
    """Return what the user requests, ``None`` if mutation is off.

    Raises:
        pytest.UsageError: an option is wrong.
    """
    if mutant_ids(config) is not None:
        if config.getoption(_MUTATE) and RESULT_VARIABLE not in os.environ:
            message = f"{MUTANT}: expected no {_MUTATE}, because it runs the tests with one mutant only"
            raise pytest.UsageError(message)
        return None
    kind = config.getoption(_MUTATE) or config.getini("smartflo_mutate")
    if not kind:
        _require_no_other_option(config)
        return None
    _require_kind(config, kind)
    minimum = config.getoption(_FAIL_UNDER) or config.getini("smartflo_mutate_fail_under")
    if minimum and kind == "tolerance":
        message = f"{_FAIL_UNDER}: expected breaking mutants, which {_MUTATE}=tolerance leaves out"
        raise pytest.UsageError(message)
    _require_no_debugger(config, _MUTATE)
    requested: Sequence[str] = config.getoption(_REPORT) or config.getini("smartflo_mutate_report") or [TERM]
    folder = config.invocation_params.dir
    number = config.getoption(_MAX) or config.getini("smartflo_mutate_max")
    return MutationOptions(
        kind,
        _parse_number(number) if number else None,
        bool(config.getoption(_CHANGED) or config.getini("smartflo_mutate_changed")),
        parse_percent(_FAIL_UNDER, minimum) if minimum else None,
        tuple(dict.fromkeys(parse_report(_REPORT, text, folder, _PLACES) for text in requested)),
    )


def _require_no_other_option(config: pytest.Config) -> None:
    for option in (_MAX, _CHANGED, _FAIL_UNDER, _REPORT):
        if config.getoption(option):
            message = f"{option}: add {_MUTATE}, because mutation is off without it"
            raise pytest.UsageError(message)


def _require_no_debugger(config: pytest.Config, option: str) -> None:
    if config.getoption("usepdb", default=False) or config.getoption("trace", default=False):
        message = f"{option}: expected no --pdb and no --trace, because tests are meant to fail; add them to {MUTANT}"
        raise pytest.UsageError(message)


def _require_kind(config: pytest.Config, kind: str) -> None:
    if kind not in KINDS:
        exists = (config.invocation_params.dir / kind.partition("::")[0]).exists()
        hint = f"; write {_MUTATE}={ALL} before paths of tests" if exists else ""
        message = f"{_MUTATE}: expected {', '.join(KINDS[:-1])} or {ALL}, got `{kind[:_MAX_SHOWN]}`{hint}"
        raise pytest.UsageError(message)


def _parse_number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text):  # noqa: PLR2004 - digits
        return int(text)
    message = f"{_MAX}: expected a number from 1, got `{text[:_MAX_SHOWN]}`"
    raise pytest.UsageError(message)
