"""Errors of the proxy: a wrong setting, and what the upstream does."""


class ProxyError(ValueError):
    """A setting of the proxy is invalid. The message names it."""


class UpstreamError(RuntimeError):
    """The upstream sent nothing that can be passed on.

    Attributes:
        status: the HTTP status of the proxy's response: 502, or 504 if the upstream was too slow.
    """

    def __init__(self, status: int, reason: str) -> None:
        """Keep the reason, which contains no credentials and no path."""
        super().__init__(reason)
        self.status = status
