"""The report for a terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from smartflo_contract.mutation.reports.changes import shorten
from smartflo_contract.mutation.reports.summary import COLUMNS, IGNORED, LEGEND, Summary
from smartflo_contract.mutation.results import MutantResult, MutationRun
from smartflo_contract.schemas.grammar import format_count

_MAX_SURVIVORS: Final = 20
_MAX_TESTS: Final = 10
_MAX_MUTANTS_OF_A_TEST: Final = 5
_MAX_IGNORED: Final = 40
_MAX_NOTES: Final = 20
_MAX_NAME_CHARACTERS: Final = 200
_MAX_COMMAND_CHARACTERS: Final = 1_000


def text_lines(run: MutationRun) -> Iterator[str]:
    """Yield the lines of the report for a terminal: scores, ignored keys, survivors worst first, over-strict tests.

    Only a part of a long list is shown, and the rest is counted.
    """
    summary = Summary(run)
    yield from _table_lines(summary)
    yield LEGEND
    yield from _ignored_lines(summary)
    yield from _survivor_lines(summary)
    yield from _over_strict_lines(summary)
    if run.left_out:
        yield f"tests left out ({len(run.left_out):,})"
        entries = [f"  {_name(test)}: {_name(reason)}" for test, reason in run.left_out.items()]
        yield from _bounded(entries, _MAX_TESTS, "test")
    yield from _bounded([f"note: {_name(note)}" for note in run.notes], _MAX_NOTES, "note")


def _table_lines(summary: Summary) -> Iterator[str]:
    rows = [COLUMNS, *summary.table()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        numbers = (f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join((f"{name:<{widths[0]}}", *numbers))


def _ignored_lines(summary: Summary) -> Iterator[str]:
    if summary.ignored:
        names = [*map(_name, summary.ignored_names[:_MAX_IGNORED])]
        others = len(summary.ignored_names) - len(names)
        more = f" and {others:,} more" if others else ""
        count = format_count(sum(summary.ignored.values()), "survivor")
        yield f"{IGNORED} {', '.join(names)}{more} ({count})"


def _survivor_lines(summary: Summary) -> Iterator[str]:
    survivors = summary.survivors
    if survivors:
        yield f"survived, worst first ({len(survivors):,})"
        for result in survivors[:_MAX_SURVIVORS]:
            yield from _mutant_lines(summary, result, summary.survivor_clause, "  ")
        yield from _rest_lines(len(survivors) - _MAX_SURVIVORS, "survivor")


def _over_strict_lines(summary: Summary) -> Iterator[str]:
    tests = summary.over_strict
    if tests:
        yield f"over-strict {'command' if summary.run.command else 'tests'} ({len(tests):,})"
        for test, results in tests[:_MAX_TESTS]:
            yield f"  {_name(test)}"
            for result in results[:_MAX_MUTANTS_OF_A_TEST]:
                yield from _mutant_lines(summary, result, summary.over_strict_clause, "    ")
            yield from _rest_lines(len(results) - _MAX_MUTANTS_OF_A_TEST, "mutant", "    ")
        yield from _rest_lines(len(tests) - _MAX_TESTS, "test")


def _mutant_lines(summary: Summary, result: MutantResult, clause: str, indent: str) -> Iterator[str]:
    """Yield what the API does then and what follows, what changes, and how to run it again."""
    yield f"{indent}{_name(result.mutant.id)}: when {_name(result.mutant.change)}, {clause}"
    yield f"{indent}  {summary.change(result).text}"
    if result.reproducer:
        yield f"{indent}  Reproduce with: {shorten(result.reproducer, _MAX_COMMAND_CHARACTERS)}"


def _bounded(lines: Sequence[str], max_lines: int, noun: str) -> Iterator[str]:
    yield from lines[:max_lines]
    yield from _rest_lines(len(lines) - max_lines, noun)


def _rest_lines(count: int, noun: str, indent: str = "  ") -> Iterator[str]:
    if count > 0:
        yield f"{indent}and {format_count(count, f'more {noun}')}"


def _name(text: str) -> str:
    return shorten(text, _MAX_NAME_CHARACTERS)
