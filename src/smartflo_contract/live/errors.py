"""What goes wrong with the real API; each message is one line, without credentials and personal data."""


class LiveError(RuntimeError):
    """The real API cannot be reached, or refuses who asks; the message says what to do."""


class NotSentError(LiveError):
    """A request to the real API was not sent, because it would do more than a test may."""


class BaselineError(ValueError):
    """A baseline cannot be read or written."""


class CutError(LiveError):
    """A body ended too early; what came before is as it was sent.

    The connection was closed or reset, fewer bytes came than ``Content-Length`` says, nothing came for 30 seconds, or
    the gzip in it breaks off or is none.
    """


class RecordError(ValueError):
    """A response cannot be written without personal data; the message names the place, never what stands there."""
