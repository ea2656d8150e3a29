"""Save the state of a worker of ``serve`` before it ends. No write is confirmed after that."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import wait
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final

from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.errors import StateError
from smartflo_contract.mock_server.server.state_file import StateFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_START_METHODS: Final = ("fork", "spawn")
"""Ways to start a process that Granian uses."""
_RESTORED: Final = "restored"
_SAVE: Final = "save"
_SAVED: Final = "saved"


class SavedState:
    """The state file of a fake, and the messages about it between its parent process and its worker.

    Attributes:
        file: the state file.
    """

    def __init__(self, file: StateFile) -> None:
        """Create a pipe that the worker inherits. Setting an event would wait for a worker that was killed."""
        method = multiprocessing.get_start_method()
        context = multiprocessing.get_context(method if method in _START_METHODS else "spawn")
        self.file = file
        self._of_parent, self._of_worker = context.Pipe()

    def request(self, sentinel: int) -> StateError | None:
        """Let the worker save its state, wait until it has, and return why it has not; in the parent.

        Args:
            sentinel: becomes ready when the worker process ends.
        """
        self._of_parent.send(_SAVE)
        is_restored = False
        while self._of_parent in wait([self._of_parent, sentinel]):
            message = self._of_parent.recv()
            if message != _RESTORED:
                return None if message == _SAVED else StateError(message)
            is_restored = True
        if not is_restored:  # the fake was stopped before it answered a request
            return None
        return StateError(f"state {self.file}: not saved, because the worker process ended; the file is unchanged")

    def send(self, message: str) -> None:
        """Send a message to the parent, in the worker."""
        self._of_worker.send(message)

    def wait_for_request(self) -> None:
        """Wait until the parent requests that the state is saved, in the worker."""
        self._of_worker.recv()


class StateSaver:
    """Restores the state of a worker, and saves it once.

    Args:
        saved: the state file.
        state: the state of the worker's fake.
        hold: called instead of sending a response while the state is being saved.
    """

    def __init__(self, saved: SavedState, state: State, hold: Callable[[], object] = lambda: Event().wait()) -> None:
        """Restore the state, and wait for the request to save it in a thread."""
        self._saved = saved
        self._state = state
        self._hold = hold
        self._is_saving = Event()
        self._lock = Lock()
        saved.file.restore(state)
        saved.send(_RESTORED)
        Thread(target=self._save_on_request, name="save-state", daemon=True).start()

    def wrap(self, app: "WSGIApplication") -> "WSGIApplication":
        """Return an application whose responses are held back as soon as the state is being saved.

        Such a response could confirm a write that is not in the file. The process ends soon.
        """

        def respond(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
            body = app(environ, start_response)
            if self._is_saving.is_set():
                self._hold()
            return body

        return respond

    def save(self) -> None:
        """Save the state, unless it was saved before, and send the outcome to the parent."""
        with self._lock:
            if self._is_saving.is_set():
                return
            self._is_saving.set()
            try:
                self._saved.file.save(self._state)
            except StateError as error:
                self._saved.send(str(error))
            except Exception as error:  # noqa: BLE001 - the parent waits for the outcome
                self._saved.send(f"state {self._saved.file}: not saved: {type(error).__name__}: {error}")
            else:
                self._saved.send(_SAVED)

    def _save_on_request(self) -> None:
        self._saved.wait_for_request()
        self.save()
