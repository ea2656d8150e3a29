"""Errors of value coverage; each message is one line that states how to go on."""


class CoverageError(RuntimeError):
    """A data file cannot be read, or a report cannot be made."""
