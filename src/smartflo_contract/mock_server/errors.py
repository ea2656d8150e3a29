"""Errors that the fake raises for mistakes of its users.

ConfigError          an invalid setting
ServeError           an address at which the fake cannot listen
└── PortTaken        the port is in use
WorkerError          a worker process ended on its own
StateError           a state file that cannot be restored or saved
"""


class ConfigError(ValueError):
    """The configuration cannot be read, or a setting in it is invalid. The message names the setting."""


class ServeError(ValueError):
    """The fake cannot listen at the configured host and port. The message states why."""


class PortTaken(ServeError):  # noqa: N818 - a well-known state rather than an error
    """Another program, possibly another fake, listens at the configured address."""


class WorkerError(RuntimeError):
    """A worker process of the fake ended on its own. The message states how, and what was lost."""


class StateError(RuntimeError):
    """The state of a fake cannot be restored from its file, or saved in it. The message names the file."""
