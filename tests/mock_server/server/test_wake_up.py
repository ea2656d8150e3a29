"""The flag of the main loop of ``serve``, which signal handlers set."""

import sys
from threading import Thread
from typing import Any

from smartflo_contract.mock_server.server.wake_up import WakeUp

TIMEOUT_SECONDS = 5


def test_handler_may_set_it_at_any_line_of_the_wait() -> None:
    """A signal handler runs between two steps of the thread that waits, at the first line or at any later one."""
    wake_up, lines = WakeUp(), set[int]()

    def interrupt(frame: Any, event: str, _: object) -> Any:
        if event == "line" and frame.f_lineno not in lines:
            lines.add(frame.f_lineno)
            sys.settrace(None)
            wake_up.set()
            sys.settrace(interrupt)
        return interrupt

    def wait() -> None:
        sys.settrace(interrupt)
        wake_up.wait_and_clear()
        sys.settrace(None)

    waiting = Thread(target=wait, daemon=True)
    waiting.start()
    waiting.join(TIMEOUT_SECONDS)

    assert not waiting.is_alive()
    assert len(lines) > 1


def test_waits_for_what_is_set_after_it_was_cleared() -> None:
    """Several calls of ``set`` count once, and one after the flag was cleared wakes the next wait."""
    wake_up = WakeUp()
    for _ in range(3):
        wake_up.set()
    wake_up.wait_and_clear()
    waiting = Thread(target=wake_up.wait_and_clear, daemon=True)
    waiting.start()
    waiting.join(0.01)
    assert waiting.is_alive()

    wake_up.set()
    waiting.join(TIMEOUT_SECONDS)
    assert not waiting.is_alive()
