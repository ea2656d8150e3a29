"""Pauses that last as long as stated, whatever a test has replaced."""

from threading import Event


def pause(seconds: float) -> None:
    """Wait. Tests replace ``time.sleep`` so that their client does not wait, and assert on its calls: they are its own.

    Args:
        seconds: how long; 0 or less returns at once.
    """
    if seconds > 0:
        Event().wait(seconds)
