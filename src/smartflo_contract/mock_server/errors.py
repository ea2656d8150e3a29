"""Mistakes of the caller that the fake reports.

ConfigError          a setting that the fake cannot work with
ServeError           an address at which the fake cannot listen
└── PortTaken        another program, or another fake, listens there
"""


class ConfigError(ValueError):
    """A configuration cannot be read or says what the fake cannot do; the message names the setting."""


class ServeError(ValueError):
    """The fake cannot listen at the configured host and port; the message says why."""


class PortTaken(ServeError):  # noqa: N818 - the name says what happened
    """Another server, perhaps another fake, listens at the address."""
