"""Errors of mutation runs."""

from collections.abc import Sequence


class MutationError(ValueError):
    """A mutation run cannot start or go on; the message is one line."""


class CommandError(MutationError):
    """A command cannot be run with mutants: it cannot be started, fails without any, or is served nothing.

    Attributes:
        output: the last lines of what the command has written; empty if they do not matter.
    """

    def __init__(self, message: str, output: Sequence[str] = ()) -> None:
        """Keep the output."""
        super().__init__(message)
        self.output = output
