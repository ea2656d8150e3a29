"""What became of each mutant of a run, and the scores that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

from smartflo_contract.mutants.mutant import Kind, Mutant
from smartflo_contract.schemas import Contract

Status = Literal["killed", "timeout", "survived", "no-coverage", "not-run"]
"""``killed``: a test failed. ``timeout``: the tests took too long, which counts as killed. ``survived``: every test
passed, although the mutant was served. ``no-coverage``: no test was served the mutant. ``not-run``: the run ended
before its turn."""
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
NOTICED: Final = ("killed", "timeout")
REMOVE: Final = "remove"
"""Name of the operator that removes a key."""


class MutantResult(NamedTuple):
    """What became of one mutant.

    Attributes:
        mutant: the mutant.
        status: see :data:`Status`.
        covered_by: names of the tests that were served what it changes; empty for a command, which has no tests.
        killed_by: names of the tests that failed, or the command.
        reason: why, such as the first line of a failure or the exit code; empty if there is nothing to say.
        seconds: how long it took.
        reproducer: the command that runs the tests, or the user's command, with this mutant; empty if none would.
    """

    mutant: Mutant
    status: Status
    covered_by: tuple[str, ...] = ()
    killed_by: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    reproducer: str = ""


class Score(NamedTuple):
    """How many mutants were noticed.

    Attributes:
        killed: number of mutants that were noticed.
        survived: number of mutants that were served and not noticed.
    """

    killed: int
    survived: int

    @property
    def percent(self) -> float | None:
        """Share of noticed mutants in percent; ``None`` if none was decided."""
        decided = self.killed + self.survived
        return 100 * self.killed / decided if decided else None


@dataclass
class MutationRun:
    """The results of one run.

    Attributes:
        contract: the contract whose mutants they are.
        results: one for each mutant, in the order of the catalog.
        left_out: name of each test that was left out, to the reason.
        test_files: name of each test, to the path of its file, relative to the project, and its line, from 1.
        notes: what a reader has to know, such as why the run is partial.
        command: the user's command that ran; empty if tests did.
        root: folder of the project, from which reports read the sources of test files; ``None`` to leave them out.
    """

    contract: Contract
    results: Sequence[MutantResult]
    left_out: Mapping[str, str] = field(default_factory=dict)
    test_files: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    command: str = ""
    root: Path | None = None

    def of_kind(self, kind: Kind) -> list[MutantResult]:
        """Return the results of the mutants of a kind."""
        return [result for result in self.results if result.mutant.kind == kind]

    def ignored_groups(self) -> list[str]:
        """Return the groups of which no mutant was noticed, removal included.

        Nothing shows that the client reads them.
        """
        by_group: dict[str, list[MutantResult]] = {}
        for result in self.results:
            by_group.setdefault(result.mutant.group, []).append(result)
        return [
            group
            for group, results in by_group.items()
            if any(result.mutant.operator == REMOVE and result.status == "survived" for result in results)
            and not any(result.status in NOTICED for result in results)
        ]

    def score(self, kind: Kind, *, with_ignored: bool) -> Score:
        """Return the score of a kind of mutants.

        Args:
            kind: the kind.
            with_ignored: whether to count the mutants of ignored groups.
        """
        ignored = () if with_ignored else self.ignored_groups()
        results = [result for result in self.of_kind(kind) if result.mutant.group not in ignored]
        killed = sum(1 for result in results if result.status in NOTICED)
        survived = sum(1 for result in results if result.status == "survived")
        return Score(killed, survived)
