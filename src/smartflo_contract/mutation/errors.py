"""Errors of mutation runs."""


class MutationError(ValueError):
    """A mutation run cannot start or go on; the message is one line."""


class CommandError(MutationError):
    """A command cannot be run with mutants: it cannot be started, fails without any, or is served nothing."""
