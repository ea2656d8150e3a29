"""What every report states about a run: scores, ignored groups, survivors worst first, and over-strict tests."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import groupby
from typing import Final, NamedTuple

from smartflo_contract.coverage.summaries import percent_text
from smartflo_contract.mutants import KINDS, Kind, example_of
from smartflo_contract.mutation.reports.changes import Change, change_of
from smartflo_contract.mutation.results import NOTICED, STATUSES, MutantResult, MutationRun, Score
from smartflo_contract.schemas.lead_format import FIELD

TITLE: Final = "Mutation of the Smartflo API"
LEGEND: Final = (
    "score: killed / (killed + survived), time-outs count as killed. A breaking mutant should be killed. "
    "A tolerance mutant is a change that a client should accept: it should survive."
)
_MIN_RUN: Final = 3
"""Successive fields that are named together."""
IGNORED: Final = "ignored: nothing shows that your code reads"
STATUS_NAMES: Final = {status: status.replace("-", " ") for status in STATUSES}
COLUMNS: Final = ("mutants", "total", *STATUS_NAMES.values(), "score", "without ignored")


class OverStrictTest(NamedTuple):
    """A test that fails when the API changes in a way that a client should accept.

    Attributes:
        test: name of the test, or the command.
        results: the tolerance mutants that it kills.
    """

    test: str
    results: Sequence[MutantResult]


class Summary:
    """What reports state about a run.

    Args:
        run: the run.

    Attributes:
        run: the run.
    """

    def __init__(self, run: MutationRun) -> None:
        """Keep the run."""
        self.run = run

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of mutants that the run has; all if it has none."""
        return [kind for kind in KINDS if self.run.of_kind(kind)] or [*KINDS]

    @cached_property
    def ignored(self) -> dict[str, int]:
        """Number of survivors of each ignored group, in the order of the catalog."""
        counts = Counter(result.mutant.group for result in self.run.results if result.status == "survived")
        return {group: counts[group] for group in self.run.ignored_groups()}

    @property
    def ignored_names(self) -> list[str]:
        """Names of the ignored groups; successive fields are one name, such as ``field_9 to field_34``."""
        names: list[str] = []
        for _, run in groupby(enumerate(self.ignored), key=lambda entry: _run_key(*entry)):
            groups = [group for _, group in run]
            names += groups if len(groups) < _MIN_RUN else [f"{groups[0]} to {groups[-1]}"]
        return names

    @cached_property
    def survivors(self) -> list[MutantResult]:
        """Breaking mutants that survived and whose group is not ignored, worst first.

        First come those of keys that the client demonstrably reads, because another mutant of the key was noticed.
        Then: a key, a lead or the body is missing, then other types, then other values. Then: those that more tests
        were served. Then the order of the catalog.
        """
        read = {result.mutant.group for result in self.run.results if result.status in NOTICED}
        survivors = [
            result
            for result in self.run.of_kind("breaking")
            if result.status == "survived" and result.mutant.group not in self.ignored
        ]
        return sorted(
            survivors,
            key=lambda result: (
                result.mutant.group not in read,
                self.change(result).level,
                -len(result.covered_by),
            ),
        )

    @cached_property
    def over_strict(self) -> list[OverStrictTest]:
        """Tests that tolerance mutants kill, those with the most mutants first."""
        by_test: dict[str, list[MutantResult]] = {}
        for result in self.run.of_kind("tolerance"):
            if result.status in NOTICED:
                for test in result.killed_by or (self.run.command or "(unknown test)",):
                    by_test.setdefault(test, []).append(result)
        return sorted((OverStrictTest(*entry) for entry in by_test.items()), key=lambda test: -len(test.results))

    def change(self, result: MutantResult) -> Change:
        """Return what the mutant of a result changes in the smallest response that shows it."""
        return change_of(*example_of(self.run.contract, result.mutant))

    def table(self) -> list[tuple[str, ...]]:
        """Return the cells of the table of scores, one row for each kind; :data:`COLUMNS` names the columns."""
        return [self._row(kind) for kind in self.kinds]

    def _row(self, kind: Kind) -> tuple[str, ...]:
        counts = Counter(result.status for result in self.run.of_kind(kind))
        scores = (score_text(self.run.score(kind, with_ignored=with_ignored)) for with_ignored in (True, False))
        return (kind, str(counts.total()), *(str(counts[status]) for status in STATUSES), *scores)

    @property
    def survivor_clause(self) -> str:
        """What follows the change of a survivor: nobody notices."""
        return "the command still passes" if self.run.command else "no test fails"

    @property
    def over_strict_clause(self) -> str:
        """What follows the change of a tolerance mutant that is killed."""
        return "this command fails" if self.run.command else "this test fails"


def _run_key(position: int, group: str) -> object:
    """Return a key that successive fields at successive positions share."""
    return int(group.removeprefix("field_")) - position if FIELD.fullmatch(group) else group


def score_text(score: Score) -> str:
    """Return a score in percent, ``-`` if no mutant was decided."""
    return "-" if score.percent is None else f"{percent_text(score.percent, 1)}%"
