"""Mutants of a command: which are run, what kills them, and controls between."""

import shlex
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import pytest

from smartflo_contract.coverage import Recorder, Recording
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mutants import Mutant, find_mutants, mutants_of
from smartflo_contract.mutation.command_fakes import CommandFakes, Trial, command_fakes
from smartflo_contract.mutation.commands import CommandRun, PlainRun, run_plainly
from smartflo_contract.mutation.decider import CONTROL_INTERVAL
from smartflo_contract.mutation.errors import CommandError
from smartflo_contract.mutation.processes import Outcome
from smartflo_contract.mutation.sampling import spread_sample
from smartflo_contract.schemas import load_contract

CONTRACT = load_contract()
CLIENT = """
import json, os, urllib.request
request = urllib.request.Request(
    os.environ["SMARTFLO_BASE_URL"] + "/v1/broadcast/leads/8668",
    headers={"Authorization": os.environ["SMARTFLO_TOKEN"]},
)
leads = json.load(urllib.request.urlopen(request))
"""
"""A client in Python, without packages."""


def nothing(_done: int, _total: int) -> None:
    """Show no progress."""


@cache
def recording_of_a_list() -> Recording:
    """Return the recording of a client that has read a list; do not change it."""
    recorder = Recorder()
    client = create_app(observer=recorder).test_client()
    client.get("/v1/broadcast/leads/8668", headers={"Authorization": "any-text"})
    return recorder.take()


def served_recording() -> Recording:
    """Return a recording of its own of a client that has read a list."""
    recording = Recording()
    recording.merge(recording_of_a_list())
    return recording


class ScriptedFakes(CommandFakes):
    """Stands for runs of a command: a function decides about each.

    Args:
        passes: returns whether the command passes with a mutant, ``None`` for none; called once for each run.
    """

    def __init__(self, passes: Callable[[str | None], bool], served: int = 1) -> None:
        """Start without runs."""
        super().__init__(("client", "a b"), ())
        self.runs: list[str | None] = []
        self._passes = passes
        self._served = served

    def run(self, ids: str | None, **_: object) -> Trial:
        """Return what the script says."""
        self.runs.append(ids)
        outcome = Outcome(0 if self._passes(ids) else 1, 0.1, "last line", ("a line", "last line"))
        return Trial(outcome, 0 if ids is None else self._served, served_recording())


def decided(fakes: CommandFakes, mutants: Sequence[Mutant]) -> CommandRun:
    """Return the run of mutants with a command that was served a list."""
    run = CommandRun(fakes, CONTRACT, PlainRun(0.1, served_recording()))
    run.decide(mutants, nothing)
    return run


class Client(NamedTuple):
    """A command, and what it does with the leads."""

    code: str

    @property
    def command(self) -> list[str]:
        """The command line."""
        return [sys.executable, "-E", "-c", CLIENT + self.code]


def test_command_kills_what_it_reads() -> None:
    """A real client notices changes of what it reads, in parallel fakes, and no others."""
    client = Client(
        "assert 'api-smartflo.tatateleservices.com' in os.environ['SMARTFLO_HOSTS'].split(',')\n"
        "assert all(isinstance(lead['retry_count'], int) for lead in leads)"
    )
    ids = ("retry_count:remove", "retry_count:retype-string", "priority:remove", "body:html")
    mutants = [mutant for each in ids for mutant in find_mutants(CONTRACT, each)]
    with command_fakes(client.command, Config(), jobs=2) as fakes:
        run = CommandRun(fakes, CONTRACT, run_plainly(fakes), jobs=2)
        run.decide(mutants, nothing)
    results = {result.mutant.id: result for result in run.run_of(mutants).results}

    assert shlex.join(client.command) == run.run_of(mutants).command
    assert ["killed", "killed", "survived", "killed"] == [results[each].status for each in ids]
    assert "exit code 1: KeyError: 'retry_count'" == results["retry_count:remove"].reason
    assert "smartflo-contract mutate --mutant priority:remove -- " in results["priority:remove"].reproducer


def test_command_that_ignores_the_base_url() -> None:
    """A command that is served no leads is refused, and told which variables to read."""
    with (
        command_fakes([sys.executable, "-S", "-E", "-c", ""], Config()) as fakes,
        pytest.raises(CommandError, match="let it read its base URL from SMARTFLO_BASE_URL"),
    ):
        run_plainly(fakes)


def test_failing_command_is_refused() -> None:
    """A command that fails without a mutant is refused, with its exit code and last line."""
    with pytest.raises(CommandError, match=r"fails without a mutant \(exit code 1: last line\)") as error:
        run_plainly(ScriptedFakes(lambda _: False))

    assert ("a line", "last line") == error.value.output


def test_flaky_command_is_refused() -> None:
    """A command that passes once and fails once is called flaky."""
    passes = iter((True, False))
    with pytest.raises(CommandError, match="the command is flaky"):
        run_plainly(ScriptedFakes(lambda _: next(passes)))


def test_command_that_always_passes_lets_all_survive() -> None:
    """Exit code 0 whatever is served: every mutant survives."""
    mutants = mutants_of(CONTRACT)[:5]

    assert ["survived"] * 5 == [
        result.status for result in decided(ScriptedFakes(lambda _: True), mutants).run_of(mutants).results
    ]


def test_mutant_that_is_not_served_is_no_coverage() -> None:
    """A run that was not served the mutant decides nothing, even if it failed."""
    mutants = mutants_of(CONTRACT)[:2]
    run = decided(ScriptedFakes(lambda ids: ids != mutants[0].id, served=0), mutants).run_of(mutants)

    assert ["no-coverage", "no-coverage"] == [result.status for result in run.results]
    assert "although it failed (exit code 1: last line)" in run.results[0].reason


def test_mutants_of_what_was_not_served_are_not_run() -> None:
    """A command that read an empty list is not run with mutants of leads."""
    recorder = Recorder()
    recording = recorder.take()
    fakes = ScriptedFakes(lambda _: True)
    mutants = mutants_of(CONTRACT)[:2]
    run = CommandRun(fakes, CONTRACT, PlainRun(0.1, recording))
    run.decide(mutants, nothing)

    assert [] == fakes.runs
    assert {"no-coverage"} == {result.status for result in run.run_of(mutants).results}


def test_controls_come_after_each_batch() -> None:
    """The command runs without a mutant after every 50 mutants, and at the end."""
    fakes = ScriptedFakes(lambda _: True)
    decided(fakes, mutants_of(CONTRACT)[: CONTROL_INTERVAL + 1])

    assert [CONTROL_INTERVAL, CONTROL_INTERVAL + 2] == [number for number, ids in enumerate(fakes.runs) if ids is None]


def test_batch_before_a_failing_control_is_run_again() -> None:
    """A command that fails once without a mutant is called flaky, and the mutants before are decided again."""
    controls = iter((False, True))
    mutants = mutants_of(CONTRACT)[:2]
    run = decided(ScriptedFakes(lambda ids: ids is not None or next(controls)), mutants)

    assert ["survived", "survived"] == [result.status for result in run.run_of(mutants).results]
    assert ["the command is flaky"] == [note.partition(":")[0] for note in run.notes]


def test_command_that_fails_for_good_ends_the_run() -> None:
    """If the command fails twice without a mutant, nothing that it said counts, and the other mutants are not run."""
    mutants = mutants_of(CONTRACT)[: CONTROL_INTERVAL + 1]
    fakes = ScriptedFakes(lambda ids: ids is not None)
    run = decided(fakes, mutants)

    assert {"not-run"} == {result.status for result in run.run_of(mutants).results}
    assert fakes.runs.count(None) == 2
    assert "so the other mutants were not run" in run.notes[-1]


def test_interrupted_run_keeps_what_is_known() -> None:
    """Ctrl-C ends the run; the results so far stay."""
    mutants = mutants_of(CONTRACT)[:3]
    run = CommandRun(ScriptedFakes(lambda _: True), CONTRACT, PlainRun(0.1, served_recording()))

    def interrupt(done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.decide(mutants, interrupt)

    assert ["survived", "not-run", "not-run"] == [result.status for result in run.run_of(mutants).results]


def test_time_limit_kills() -> None:
    """A command that takes much longer with a mutant kills it by the time limit."""
    client = Client("'priority' in leads[0] or __import__('time').sleep(600)")
    mutants = find_mutants(CONTRACT, "priority:remove")
    with command_fakes(client.command, Config()) as fakes:
        run = CommandRun(fakes, CONTRACT, PlainRun(0.1, served_recording()), timeout=1)
        run.decide(mutants, nothing)

    assert ["timeout"] == [result.status for result in run.results.values()]


def test_sample_is_spread_over_groups() -> None:
    """A sample has one mutant of each group before a second of any, in order, and follows from the seed."""
    mutants = mutants_of(CONTRACT)
    groups = {mutant.group for mutant in mutants}
    sample = spread_sample(mutants, len(groups), 7)

    assert groups == {mutant.group for mutant in sample}
    assert sample == spread_sample(mutants, len(groups), 7) == [mutant for mutant in mutants if mutant in sample]
    assert sample != spread_sample(mutants, len(groups), 8)
    assert [*mutants] == spread_sample(mutants, 10_000, 7)
