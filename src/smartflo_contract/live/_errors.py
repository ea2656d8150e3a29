"""What goes wrong with the real API."""


class LiveError(RuntimeError):
    """The real API cannot be reached, or refuses who asks; the message says what to do."""


class ReadOnlyError(LiveError):
    """A request would do more than read; it was not sent."""
