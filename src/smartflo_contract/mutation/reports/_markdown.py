"""The report as Markdown, for summaries of jobs and for pull requests."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from smartflo_contract.mutation.reports.changes import shorten
from smartflo_contract.mutation.reports.summary import COLUMNS, IGNORED, LEGEND, TITLE, Summary
from smartflo_contract.mutation.results import MutantResult, MutationRun
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.printable import escape_table_cell

_MAX_SURVIVORS: Final = 50
_MAX_TESTS: Final = 20
_MAX_MUTANTS_OF_A_TEST: Final = 5
_MAX_NAMES: Final = 100
_MAX_CHARACTERS: Final = 200


def markdown(run: MutationRun) -> str:
    """Return the report for a terminal as Markdown. Text that is not ours is in code style, so it is no markup."""
    summary = Summary(run)
    lines = [f"### {TITLE}", *_table(COLUMNS, summary.table(), "--:"), "", LEGEND]
    if summary.ignored:
        names = ", ".join(map(_code, summary.ignored_names[:_MAX_NAMES]))
        more = len(summary.ignored_names) - _MAX_NAMES
        count = format_count(sum(summary.ignored.values()), "survivor")
        lines += ["", f"{IGNORED} {names}{f' and {more:,} more' if more > 0 else ''} ({count})."]
    lines += [*_survivor_lines(summary), *_over_strict_lines(summary)]
    if run.left_out:
        rows = [(_code(test), _code(reason)) for test, reason in run.left_out.items()]
        lines += _table(("test left out", "reason"), rows[:_MAX_TESTS])
        lines += _rest_lines(len(rows) - _MAX_TESTS, "test")
    for note in run.notes[:_MAX_TESTS]:
        lines += ["", f"Note: {_code(note)}"]
    lines += _rest_lines(len(run.notes) - _MAX_TESTS, "note")
    return "\n".join(lines) + "\n"


def _survivor_lines(summary: Summary) -> Iterator[str]:
    survivors = summary.survivors
    if survivors:
        yield from ("", f"**Survived, worst first ({len(survivors):,})**: {summary.survivor_clause}.")
        rows = [_mutant_cells(summary, result) for result in survivors[:_MAX_SURVIVORS]]
        yield from _table(("mutant", "when", "change", "reproduce with"), rows)
        yield from _rest_lines(len(survivors) - _MAX_SURVIVORS, "survivor")


def _over_strict_lines(summary: Summary) -> Iterator[str]:
    tests = summary.over_strict
    if tests:
        yield from ("", f"**Over-strict ({len(tests):,})**: {summary.over_strict_clause}.")
        rows: list[tuple[str, ...]] = []
        for test, results in tests[:_MAX_TESTS]:
            shown = results[:_MAX_MUTANTS_OF_A_TEST]
            rows += [(_code(test), *_mutant_cells(summary, result)) for result in shown]
            more = len(results) - _MAX_MUTANTS_OF_A_TEST
            if more > 0:
                rows.append((_code(test), f"{more:,} more", "", "", ""))
        columns = ("command" if summary.run.command else "test", "mutant", "when", "change", "reproduce with")
        yield from _table(columns, rows)
        yield from _rest_lines(len(tests) - _MAX_TESTS, "test")


def _mutant_cells(summary: Summary, result: MutantResult) -> tuple[str, ...]:
    """Return the cells of a mutant: its id, what the API does then, what changes, and how to run it again."""
    mutant = result.mutant
    return tuple(map(_code, (mutant.id, mutant.change, summary.change(result).text, result.reproducer)))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], rule: str = "---") -> Iterator[str]:
    yield ""
    for cells in (columns, ("---", *[rule] * (len(columns) - 1)), *rows):
        yield f"| {' | '.join(cells)} |"


def _rest_lines(count: int, noun: str) -> Iterator[str]:
    if count > 0:
        yield from ("", f"and {format_count(count, f'more {noun}')}")


def _code(text: str) -> str:
    """Return text in code style, also in a table; backticks become apostrophes."""
    shown = escape_table_cell(shorten(text.replace("`", "'"), _MAX_CHARACTERS))
    return f"`{shown}`" if shown.strip() else ""
