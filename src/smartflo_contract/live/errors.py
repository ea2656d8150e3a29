"""Errors of the live room; each message is one line that contains no credentials and no personal data."""


class LiveError(RuntimeError):
    """The real API cannot be reached or refuses the request, or a file cannot be read."""


class ApiUnavailableError(LiveError):
    """The real API cannot be reached, refuses the credentials or limits the rate: more requests would fail too."""


class NotSentError(LiveError):
    """A request to the real API was not sent because it could change something there."""


class SourceChoiceError(ValueError):
    """A source has several responses, and one must be named."""


class BaselineError(ValueError):
    """A baseline cannot be read or written, or a comparison has no leads to start from."""


class TruncatedBodyError(LiveError):
    """A response body ended too early; the bytes before that are valid.

    The connection was closed or reset, fewer bytes arrived than ``Content-Length`` declares, nothing arrived for 30
    seconds, or the gzip stream is incomplete or invalid.
    """


class StalledBodyError(TruncatedBodyError):
    """A response body ended too early because nothing arrived for a while."""


class RecordError(ValueError):
    """A response cannot be written without personal data; the message names the location, never the value there."""


class OutputError(RecordError):
    """A file cannot be written.

    Args:
        path: the file.
        reason: why it cannot be written.

    Attributes:
        reason: why it cannot be written.
    """

    def __init__(self, path: object, reason: str | None) -> None:
        """Name the file and the reason."""
        super().__init__(f"cannot write {path}: {reason}")
        self.reason = reason
