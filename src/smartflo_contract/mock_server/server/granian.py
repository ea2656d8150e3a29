"""Run the fake under Granian, a production server, in worker processes: the command ``serve``."""

import gc
import logging
import multiprocessing
import os
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from multiprocessing import parent_process
from multiprocessing.util import Finalize
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread
from time import monotonic
from typing import Any, Final, cast

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.api.cached_reads import at_once
from smartflo_contract.mock_server.app import app_of
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.context import BodyCheck, State
from smartflo_contract.mock_server.errors import StoreUnavailable, WorkerError
from smartflo_contract.mock_server.observer import WorkerObservers
from smartflo_contract.mock_server.server import leader_followers
from smartflo_contract.mock_server.server.body_reader import BodyLimits, with_body_deadline
from smartflo_contract.mock_server.server.sockets import Address, bind, claim, resolve, share
from smartflo_contract.mock_server.server.state_file import StateFile
from smartflo_contract.mock_server.server.state_saver import SavedState, StateSaver
from smartflo_contract.mock_server.server.ticker import Ticker
from smartflo_contract.mock_server.server.wake_up import WakeUp
from smartflo_contract.mock_server.stores.opening import prepare_store
from smartflo_contract.schemas.errors import OverlayWarning

_THREADS_PER_WORKER: Final = 8
"""Requests that a worker handles at a time, besides cached reads. A slow reader of a large list occupies one."""
_THREADS_FOR_BODIES: Final = _THREADS_PER_WORKER - 2
"""Maximum number of these threads that wait for request bodies. The others handle requests without one."""
_STOP_TIMEOUT_SECONDS: Final = 1
"""Responses that are still being sent after this time are cut off."""
_EARLY_SECONDS: Final = 1
_MAX_EARLY_ENDS: Final = 5
"""A worker is no longer replaced after it has ended so often in a row within that time of its start."""
_PROBE_INTERVAL_SECONDS: Final = 0.005
_PROBE_TIMEOUT_SECONDS: Final = 1


class WorkerExitFilter(logging.Filter):
    """Hides Granian's line about a worker that ended: the error of :func:`serve` has more."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is about something else."""
        return not record.getMessage().startswith("Unexpected exit")


_LOGGING: Final[dict[str, Any]] = {
    "filters": {"worker_exit": {"()": WorkerExitFilter}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["worker_exit"],
            "formatter": "generic",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {"_granian": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}


class _Server(MPServer):
    """Granian's server, which announces that it is ready.

    Args:
        address: the address to listen on.
        workers: number of worker processes.
        announce: called once, in a thread, when the first worker answers.
        loss: what is lost with a worker, for the error about one that ended.
        saved: the state file; ``None`` for none.
        replaces: whether a worker that was killed is replaced, because a shared store has its state.

    Attributes:
        failure: the exception that ``announce`` raised, or the error about a worker that ended on its own, if any.
    """

    def __init__(
        self,
        address: Address,
        workers: int,
        announce: Callable[[], None],
        loss: str,
        saved: SavedState | None,
        *,
        replaces: bool,
    ) -> None:
        """Configure the server; it does not listen yet."""
        super().__init__(
            "smartflo_contract",
            address.host,
            address.port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=_THREADS_PER_WORKER,
            workers_kill_timeout=_STOP_TIMEOUT_SECONDS,
            log_level=LogLevels.error,
            log_dictconfig=_LOGGING,
        )
        self._wake_up = WakeUp()
        self.main_loop_interrupt = cast("Any", self._wake_up)  # Granian's event is not for signal handlers
        self.failure: BaseException | None = None
        self._address = address
        self._announce, self._loss, self._saved = announce, loss, saved
        self._replaces = replaces
        self._started_at: dict[int, float] = {}
        self._early_ends: Counter[int] = Counter()
        self._stopped = Event()

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start the workers, then wait for them in a thread: a process with threads must not be forked.

        A closed terminal (SIGHUP) stops the fake; Granian would replace the workers, which keep state in memory. If the
        caller ignores the signal, as ``nohup`` does, it stays ignored.
        """
        hangup = getattr(signal, "SIGHUP", None)
        is_ignored = hangup is not None and signal.getsignal(hangup) == signal.SIG_IGN
        cast("Any", super()).startup(spawn_target, target_loader)  # untyped in Granian
        if hangup is not None:
            signal.signal(hangup, signal.SIG_IGN if is_ignored else self.signal_handler_interrupt)
        Thread(target=self._announce_when_ready, name="announce", daemon=True).start()

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        """Wait for the end, and replace workers that were killed.

        Granian's own loop misses a worker that ends while it replaces another one, and takes two ends within seconds
        for a crash loop.
        """
        while True:
            self._wake_up.wait_and_clear()  # what happens from now on sets it again
            if self.interrupt_signal:
                return
            while self.interrupt_children:
                number = self.interrupt_children.pop()
                if not self._can_replace(number):
                    self.interrupt_children.append(number)
                    return
                code = self.wrks[number].inner.exitcode
                cast("Any", self)._respawn_workers([number], spawn_target, target_loader)  # noqa: SLF001 - untyped
                self._started_at[number] = monotonic()
                _print_line(f"{_describe_exit(code)}; it was replaced, and {self._loss}")

    def _can_replace(self, number: int) -> bool:
        """Return whether a worker that ended is replaced: one that ends on its own would do so again."""
        code = self.wrks[number].inner.exitcode
        is_early = monotonic() - self._started_at.get(number, 0.0) < _EARLY_SECONDS
        self._early_ends[number] = self._early_ends[number] + 1 if is_early else 0
        return self._replaces and code is not None and code < 0 and self._early_ends[number] < _MAX_EARLY_ENDS

    def shutdown(self, exit_code: int = 0) -> None:
        """Stop the workers and the wait for them."""
        self._stopped.set()
        ended = next((worker for worker in self.wrks if worker.idx in self.interrupt_children), None)
        if ended is not None:
            self.failure = WorkerError(f"{_describe_exit(ended.inner.exitcode)}; {self._loss}; start the fake again")
            self.interrupt_children.clear()  # Granian would exit with code 1
        elif self._saved is not None:
            self._save_state(self._saved)
        cast("Any", super()).shutdown(exit_code)

    def _save_state(self, saved: SavedState) -> None:
        """Stop the worker, and wait until it has saved its state: Granian kills one that still sends a response."""
        for worker in self.wrks:
            cast("Any", worker).terminate()  # untyped in Granian
            worker.inner.join(_STOP_TIMEOUT_SECONDS)
            self.failure = saved.request(worker.inner.sentinel) or self.failure

    def _announce_when_ready(self) -> None:
        while not _is_ready(self._address):
            if self._stopped.wait(_PROBE_INTERVAL_SECONDS):
                return
        try:
            self._announce()
        except BaseException as error:  # noqa: BLE001 - re-raised by `serve`
            self.failure = error
            self.interrupt_signal = True
            self.main_loop_interrupt.set()


def _describe_exit(code: int | None) -> str:
    """Return how a worker process ended, by its exit code, which is negative for a signal."""
    if code is None or code >= 0:
        return f"a worker process ended with exit code {code}"
    with suppress(ValueError):
        return f"a worker process was killed by {signal.Signals(-code).name}"
    return f"a worker process was killed by signal {-code}"


def serve(
    config: Config,
    announce: Callable[[str], None],
    observers: WorkerObservers | None = None,
    state_file: Path | None = None,
    check_body: BodyCheck | None = None,
) -> None:
    """Run the fake until SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal was closed).

    Args:
        config: the configuration.
        announce: called once with the URL when the fake answers.
        observers: creates the observer of each worker; it must be picklable.
        state_file: file from which accounts are restored, and in which they are saved at the end; ``None`` for none.
        check_body: checks response bodies for the admin API; it must be picklable.

    Raises:
        ConfigError: the overlay's file is gone, or changed since the configuration was created; or there is a state
            file, and the fake is read-only or has a store.
        GenerationError: no value can be generated for a property of the overlay.
        PortTaken: another program, or another fake, listens on the port.
        ServeError: the host or the port cannot be used.
        StateError: the state file cannot be restored, or the state cannot be saved in it.
        StoreError: the store cannot be opened.
        WorkerError: a worker process ended on its own.
    """
    catalogs = Catalogs(config)
    catalogs.default.catalog.check_overlay()
    prepare_store(config, catalogs)
    os.environ.setdefault("PYTHONSAFEPATH", "1")  # a spawned worker would import from the working folder first
    with ExitStack() as stack:
        saved = None
        if state_file is not None:
            saved = SavedState(StateFile(state_file))
            stack.enter_context(saved.file.claimed(config, catalogs))
        address = stack.enter_context(_reserved(resolve(config.host, config.port)))
        if observers is not None:
            observers.start(config)
        server = _Server(
            address,
            config.workers,
            partial(announce, address.url),
            _loss(config, state_file),
            saved,
            replaces=config.store is not None,
        )
        # Without rules there is nothing to note, and shared memory takes as long as 20 modules to import.
        met_faults = multiprocessing.RawArray("b", len(config.faults) + 1) if config.faults else None
        gc.freeze()  # what is loaded is no garbage, and a forked worker would copy the memory that it searches
        server.serve(
            target_loader=partial(_load_app, config, observers, saved, met_faults, check_body), wrap_loader=False
        )
    if server.failure is not None:
        raise server.failure
    if met_faults is not None:
        _report_unmet_faults(config, met_faults)


def _loss(config: Config, state_file: Path | None) -> str:
    """Return what is lost with the memory of a worker."""
    if config.store is not None:
        return "nothing was lost, because the store has what was acknowledged"
    if config.read_only:
        return "no state was lost, because the fake is read-only"
    if state_file is not None:
        return f"what changed since the start is lost; {state_file} has the state before"
    return "the lists, tokens, faults and journals in its memory are lost"


@contextmanager
def _reserved(requested: Address) -> Iterator[Address]:
    """Reserve a port for the workers, which share it.

    Workers of another fake could share it too, and each fake would get half of the requests. So the port is first bound
    without sharing, and then opened for the workers.
    """
    with bind(requested) as bound:
        address = requested._replace(port=bound.getsockname()[1])
        if sys.platform == "linux":  # elsewhere, Granian listens on one socket before it starts workers
            with claim(address):  # two fakes that start at the same time can both get this far
                share(bound)
                yield address
            return
    yield address


def _load_app(
    config: Config,
    observers: WorkerObservers | None,
    saved: SavedState | None,
    met_faults: MutableSequence[int] | None,
    check_body: BodyCheck | None,
) -> Flask:
    """Return the application, in a worker.

    Args:
        config: the configuration.
        observers: creates the observer of the worker; ``None`` for none.
        saved: the state file; ``None`` for none.
        met_faults: memory that all workers share: 1 for each rule of the configuration that a request has met, and at
            the end, 1 if the rules are no longer in force; ``None`` if it has no rules.
        check_body: checks response bodies for the admin API.
    """
    if os.name == "posix":
        os.setpgid(0, 0)  # Ctrl-C must reach the parent only: a worker that ends first looks crashed
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s: %(message)s", level=logging.WARNING)
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of lost connections, which are errors of their own
    warnings.simplefilter("ignore", OverlayWarning)  # the parent has printed it
    observer = None if observers is None else observers.create(config)
    state = State(config, observer, met_faults=met_faults, has_prepared_store=True, check_body=check_body)
    app = app_of(state)
    Finalize(None, state.close, exitpriority=0)
    saver = None if saved is None else StateSaver(saved, state)
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after_parent, args=(parent.join, saver), name="end-after-parent", daemon=True).start()
    if observer is not None:
        Finalize(None, observer.close, exitpriority=0)
    if met_faults is not None:
        Finalize(None, _note_replaced_faults, (state,), exitpriority=1)  # before the store is closed
    limits = BodyLimits(BoundedSemaphore(_THREADS_FOR_BODIES))
    app.wsgi_app = with_body_deadline(app.wsgi_app, limits)  # type: ignore[method-assign,assignment]
    if saver is not None:
        app.wsgi_app = saver.wrap(app.wsgi_app)  # type: ignore[method-assign,assignment]
        Finalize(None, saver.save, exitpriority=0)
    if config.speed is not None:
        run = Ticker(state, config.speed).run
        Thread(target=run, args=(Event().wait,), name="ticker", daemon=True).start()
    leader_followers.install(at_once(app, state))
    return app


def _print_line(line: str) -> None:
    """Print a line on standard error, unless it is closed."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _note_replaced_faults(state: State) -> None:
    """Note for the parent that the rules of the configuration are no longer in force, at the end of a worker."""
    with suppress(StoreUnavailable):
        state.accounts.refresh(ALL_ACCOUNTS)
        if state.has_replaced_faults():
            state.met_faults[-1] = 1


def _report_unmet_faults(config: Config, met_faults: Sequence[int]) -> None:
    """Print a line for each fault of the configuration that no request has met: its rule may be wrong."""
    if not met_faults[-1]:
        for rule, is_met in zip(config.faults, met_faults, strict=False):
            if not (is_met or rule.is_met(0)):
                _print_line(f"no request met the fault {rule}")


def _end_after_parent(wait_for_parent: Callable[[], None], saver: StateSaver | None) -> None:
    """End this worker when its parent was killed; otherwise it would keep the port forever."""
    wait_for_parent()
    if saver is not None:
        saver.save()
    os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)


def _is_ready(address: Address) -> bool:
    """Return whether the fake answers at its health route, which the journal does not record."""
    host = address.url.removeprefix("http://").rpartition(":")[0].strip("[]")
    with closing(HTTPConnection(host, address.port, timeout=_PROBE_TIMEOUT_SECONDS)) as connection:
        try:
            connection.request("GET", "/__admin/health")
            connection.getresponse().read()
        except (OSError, HTTPException):
            return False
        return True
