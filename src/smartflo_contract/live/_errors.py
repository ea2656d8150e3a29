"""What goes wrong with the real API."""


class LiveError(RuntimeError):
    """The real API cannot be reached, or refuses who asks; the message says what to do."""


class NotSentError(LiveError):
    """A request to the real API was not sent, because it would do more than a test may."""


class BaselineError(ValueError):
    """A baseline cannot be read or written."""
