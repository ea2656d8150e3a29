"""A fake for each command that runs at the same time, and what the command was served."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from typing import Final, NamedTuple

from smartflo_contract.coverage import Recorder, Recording
from smartflo_contract.live.client.vendor_hosts import VENDOR_HOSTS
from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.mutation.processes import Outcome, Processes

BASE_URL_VARIABLE: Final = "SMARTFLO_BASE_URL"
TOKEN_VARIABLE: Final = "SMARTFLO_TOKEN"  # noqa: S105 - the name of a variable
HOSTS_VARIABLE: Final = "SMARTFLO_HOSTS"
"""Variable with the vendor's hosts, joined by commas, for clients with a hard-coded host."""
_TOKEN: Final = "smartflo-contract-mutate"  # noqa: S105 - it opens nothing; a fake accepts any text as a token


class Trial(NamedTuple):
    """One run of the command.

    Attributes:
        outcome: how it ended.
        served: number of responses that the mutant has changed.
        served_ids: ids of those of several joined mutants that have changed a response.
        recording: what the command was served; of a mutant, what was not changed.
    """

    outcome: Outcome
    served: int
    recording: Recording
    served_ids: frozenset[str] = frozenset()

    @property
    def has_passed(self) -> bool:
        """Whether the exit code is 0."""
        return self.outcome.exit_code == 0


class CommandFakes:
    """Runs a command against fakes of this process, at most as many at a time as there are fakes.

    Args:
        command: program and arguments.
        fakes: running fakes, each with its recorder.
    """

    def __init__(self, command: Sequence[str], fakes: Sequence[tuple[FakeSmartflo, Recorder]]) -> None:
        """Keep the fakes, all of which are free."""
        self.command = command
        self._processes = Processes()
        self._free: SimpleQueue[tuple[FakeSmartflo, Recorder]] = SimpleQueue()
        for fake in fakes:
            self._free.put(fake)

    def run(self, ids: str | None, *, timeout: float | None = None, is_shown: bool = False) -> Trial:
        """Run the command once, with a fake in its initial state. Safe to call from several threads.

        Args:
            ids: id of the mutant, or several joined by commas; ``None`` for none.
            timeout: time limit in seconds; ``None`` for none.
            is_shown: whether the command's output goes to the terminal.

        Raises:
            CommandError: the program cannot be started.
            ValueError: there is no such mutant.
        """
        fake, recorder = self._free.get()
        try:
            fake.app.test_client().post("/__admin/reset")
            fake.set_mutant(ids)
            recorder.take()
            variables = {BASE_URL_VARIABLE: fake.url, TOKEN_VARIABLE: _TOKEN, HOSTS_VARIABLE: ",".join(VENDOR_HOSTS)}
            outcome = self._processes.run(self.command, {**os.environ, **variables}, timeout=timeout, is_shown=is_shown)
            return Trial(outcome, fake.mutant_served, recorder.take(), fake.mutants_served)
        finally:
            self._free.put((fake, recorder))

    def end(self) -> None:
        """Kill the commands that are running."""
        self._processes.end()


@contextmanager
def command_fakes(command: Sequence[str], config: Config, jobs: int = 1) -> Iterator[CommandFakes]:
    """Yield running fakes for a command.

    Args:
        command: program and arguments.
        config: the configuration of each fake.
        jobs: number of fakes.
    """
    with ExitStack() as stack:
        fakes = []
        for _ in range(jobs):
            recorder = Recorder()
            fakes.append((stack.enter_context(FakeSmartflo(config, observer=recorder)), recorder))
        yield CommandFakes(command, fakes)
