"""The fake under a production server, in processes of its own: what the command ``serve`` runs."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPException
from multiprocessing import parent_process
from threading import Event, Thread
from typing import Any, Final, cast

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.app import create_app
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.server.sockets import Address, bind, claim, resolve, share

_THREADS: Final = 8
"""Requests that a worker answers at a time: more would cost speed, and a slow reader of a large list holds one."""
_SECONDS_TO_STOP: Final = 1
"""After that, answers that are still read are cut off."""
_SECONDS_BETWEEN_PROBES: Final = 0.02
_LOGGING: Final[dict[str, Any]] = {
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}},
    "loggers": {"_granian": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}


class _Server(MPServer):
    """Granian's server, which also says when it answers.

    Args:
        address: where to listen.
        workers: processes.
        announce: called once, in a thread, when the first worker answers.
    """

    def __init__(self, address: Address, workers: int, announce: Callable[[], None]) -> None:
        """Keep what to announce; nothing listens yet."""
        super().__init__(
            "smartflo_contract",
            address.host,
            address.port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=_THREADS,
            workers_kill_timeout=_SECONDS_TO_STOP,
            log_level=LogLevels.error,
            log_dictconfig=_LOGGING,
        )
        self.failure: BaseException | None = None
        self._address = address
        self._announce = announce
        self._stopped = Event()

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start the workers, then wait for them aside: a process with threads should not be forked."""
        cast("Any", super()).startup(spawn_target, target_loader)  # Granian gives it no types
        Thread(target=self._announce_when_ready, name="announce", daemon=True).start()

    def shutdown(self, exit_code: int = 0) -> None:
        """Stop the workers, and the wait for them."""
        self._stopped.set()
        cast("Any", super()).shutdown(exit_code)

    def _announce_when_ready(self) -> None:
        while not _answers(self._address):
            if self._stopped.wait(_SECONDS_BETWEEN_PROBES):
                return
        try:
            self._announce()
        except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
            self.failure = error
            self.interrupt_signal = True
            self.main_loop_interrupt.set()


def serve(config: Config, announce: Callable[[str], None]) -> None:
    """Run the fake until SIGINT (Ctrl-C) or SIGTERM, either of which ends it as wished.

    Args:
        config: what the fake is made of, and where it listens.
        announce: called once with the URL, when the fake answers.

    Raises:
        ConfigError: the overlay's file has gone, or says something else than when the configuration was made.
        GenerationError: no value is found for a key of the overlay.
        PortTaken: something listens at the port, perhaps another fake.
        ServeError: the host or the port cannot be used.
    """
    Catalogs(config).default.catalog.check_overlay()
    with _reserved(resolve(config.host, config.port)) as address:
        server = _Server(address, config.workers, partial(announce, address.url))
        server.serve(target_loader=partial(_load, config), wrap_loader=False)
    if server.failure is not None:
        raise server.failure


@contextmanager
def _reserved(wanted: Address) -> Iterator[Address]:
    """Hold a port for the workers, which share it.

    They would share it with another fake's workers as well, and each would get half of the requests:
    so the port is taken without sharing, and opened to the workers only then.
    """
    with bind(wanted) as held:
        address = wanted._replace(port=held.getsockname()[1])
        if sys.platform == "linux":  # elsewhere Granian listens before it starts workers, on one socket of its own
            with claim(address):  # of two fakes that start at once, both may have come this far
                share(held)
                yield address
            return
    yield address


def _load(config: Config) -> Flask:
    """Make the application, in a worker."""
    if os.name == "posix":
        os.setpgid(0, 0)  # Ctrl-C is for the parent, which stops the workers; a worker that goes first looks crashed
    parent = parent_process()
    if parent is not None:
        Thread(target=_follow, args=(parent.join,), name="follow", daemon=True).start()
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s: %(message)s", level=logging.WARNING)
    return create_app(config)


def _follow(wait_for_parent: Callable[[], None]) -> None:
    """End this worker when its parent has ended without a word, as after SIGKILL: it would hold the port for ever."""
    wait_for_parent()
    os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)


def _answers(address: Address) -> bool:
    host = address.url.removeprefix("http://").rpartition(":")[0].strip("[]")
    with closing(HTTPConnection(host, address.port, timeout=1)) as connection:
        try:
            connection.request("GET", "/__admin/health")  # which the journal does not keep
            connection.getresponse().read()
        except (OSError, HTTPException):
            return False
        return True
