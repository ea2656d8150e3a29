"""Errors that the fake raises for mistakes of its users.

ConfigError          an invalid setting
ServeError           an address at which the fake cannot listen
└── PortTaken        the port is in use
WorkerError          a worker process ended on its own
StateError           a state file that cannot be restored or saved
StoreError           a store that cannot be opened
StoreUnavailable     a store that does not answer, at a request
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


class StoreError(RuntimeError):
    """The store cannot be opened. The message names its URL, without the password, and states why."""


class StoreUnavailable(RuntimeError):  # noqa: N818 - a state that may end, rather than an error
    """The store does not answer, or refuses to write. The request can be sent again later; nothing was stored."""
