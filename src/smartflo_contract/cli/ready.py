"""The command ``ready``."""

from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click

from smartflo_contract.cli.errors import NOT_READY, print_error, usage_error
from smartflo_contract.cli.options import PortOption, option
from smartflo_contract.schemas.hosts import local_url

if TYPE_CHECKING:
    from http.client import HTTPConnection

_DEFAULT_HOST: Final = "127.0.0.1"
_DEFAULT_PORT: Final = 8080
_TIMEOUT_SECONDS: Final = 5
"""As that of a probe: the fake answers within milliseconds."""
_READY_PATH: Final = "/__admin/ready"


@click.command()
@click.argument("url", required=False)
@option("--host", help="Host of the fake, if there is no URL. Default 127.0.0.1.")
@option(
    "-p",
    "--port",
    cls=PortOption,
    type=click.IntRange(1, 65535),
    help="Port of the fake, if there is no URL. Default 8080.",
)
def ready_command(*, url: str | None, host: str | None, port: int | None) -> int:
    """Exit with 0 if a fake or a proxy answers, and its store too.

    Made for health checks of containers: it reads the variables of `serve`, prints nothing on success, and gives up
    after 5 seconds.

    Exit codes: 0 ready, 1 not ready, with the reason on standard error, 2 wrong usage.
    """
    root = url or local_url(host or _DEFAULT_HOST, port or _DEFAULT_PORT)
    reason = _reason_not_ready(root)
    if reason is None:
        return 0
    print_error(f"{root} is not ready: {reason}")
    return NOT_READY


def _reason_not_ready(url: str) -> str | None:
    """Return why a server is not ready; ``None`` if it is.

    Raises:
        click.UsageError: it is not a URL.
    """
    from http.client import HTTPException

    with closing(_connect(url)) as connection:
        try:
            connection.request("GET", f"{urlsplit(url).path.rstrip('/')}{_READY_PATH}")
            response = connection.getresponse()
            response.read()
        except OSError as error:
            return error.strerror or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
        except HTTPException:
            return "the answer is not HTTP"
    if response.status == HTTPStatus.OK:
        return None
    is_fake = response.status == HTTPStatus.SERVICE_UNAVAILABLE
    cause = "its store does not answer" if is_fake else "no fake listens there"
    return f"GET {_READY_PATH} returns status {response.status}; {cause}"


def _connect(url: str) -> "HTTPConnection":
    """Return a connection to the server of a URL, which is not open yet."""
    from http.client import HTTPConnection, HTTPSConnection

    kinds: dict[str, Any] = {"http": HTTPConnection, "https": HTTPSConnection}
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in kinds or parts.query or parts.fragment or "@" in parts.netloc:
        message = f"expected the root URL of a fake, such as http://{_DEFAULT_HOST}:{_DEFAULT_PORT}, got {url}"
        raise usage_error(message)
    connection: HTTPConnection = kinds[parts.scheme](host, port, timeout=_TIMEOUT_SECONDS)
    return connection
