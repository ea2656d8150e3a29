"""Send responses late. The request was handled and recorded before, so that a client that gave up can look at it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from smartflo_contract.schemas.pauses import pause

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DELAY_KEY: Final = "smartflo.delay_seconds"
"""Key of the WSGI environment: seconds before the response is sent."""


def send_late(app: "WSGIApplication") -> "WSGIApplication":
    """Return a WSGI application that waits between the response of another one and its first byte.

    Args:
        app: the application; it sets :data:`DELAY_KEY` for a response that is late.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        body = app(environ, start_response)
        pause(environ.pop(DELAY_KEY, 0))
        return body

    return answer
