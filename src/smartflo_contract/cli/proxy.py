"""The command ``proxy``."""

import sys
from typing import Any

import click

from smartflo_contract.cli.options import FilePath, Lines, PortOption, max_time, max_wait, option, overlay
from smartflo_contract.cli.terminal import echo
from smartflo_contract.schemas.profile_names import PROFILES


@click.command()
@option(
    "--upstream",
    required=True,
    metavar="URL",
    help="Root of the API, e.g. https://api-smartflo.tatateleservices.com. Its certificate is verified.",
)
@option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@option(
    "-p",
    "--port",
    cls=PortOption,
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port to listen on; 0 selects a free one.",
)
@option(
    "--allow-writes",
    type=Lines(),
    multiple=True,
    metavar="ROUTE",
    help="Route to pass on although it may change something or let a phone ring, e.g. 'POST /v1/broadcast/lead/{id}'. "
    "Repeatable; the variable holds one per line.",
)
@option("--fail", is_flag=True, help="Respond with 502 and the findings instead of a body that violates the contract.")
@option(
    "--record",
    type=FilePath(is_written=True, is_folder=True),
    metavar="DIR",
    help="Save the lead lists that are read in DIR, without personal data.",
)
@option(
    "--max-buffer",
    type=click.IntRange(0),
    default=16 * 1024 * 1024,
    show_default=True,
    metavar="BYTES",
    help="Maximum size of a body that is checked before it is passed on. A larger one is checked meanwhile.",
)
@max_wait
@max_time
@option("-v", "--verbose", is_flag=True, help="Print one line for each request, not only for violations and errors.")
@option(
    "--admin-token",
    metavar="TEXT",
    help="Value that requests to /__admin must send in X-Smartflo-Admin-Token. Prefer the variable: other users can "
    "see command lines.",
)
@option(
    "--profile",
    type=click.Choice(PROFILES),
    default="lenient",
    show_default=True,
    help="How to read the vendor's documentation: lenient accepts either reading, sample follows the sample "
    "response, documented the table.",
)
@overlay
def proxy_command(**settings: Any) -> None:
    """Pass reads on to the real API and check its responses.

    Clients send their requests, with their own token, to the proxy instead of the API. GET, HEAD and the login are
    passed on if the vendor documents them as reads; everything else needs --allow-writes. Each lead list is checked,
    and the header X-Smartflo-Contract-Findings counts what was found. Standard output is one line, the URL; standard
    error has a line for each violation. /__admin/requests lists all requests.

    Exit codes: 0 stopped by Ctrl-C, SIGTERM or SIGHUP, 2 wrong usage or configuration.
    """
    from smartflo_contract.proxy import ProxyConfig
    from smartflo_contract.proxy.server import serve

    def announce(url: str) -> None:
        echo(url)
        sys.stdout.flush()

    serve(ProxyConfig(**settings), announce)
