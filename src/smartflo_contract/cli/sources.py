"""What ``check``, ``diff`` and ``record`` read, and the credentials that it needs."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.output import leads_progress
from smartflo_contract.cli.terminal import echo

if TYPE_CHECKING:
    from smartflo_contract.live import Credentials

_T = TypeVar("_T")


def read_sources(
    read: Callable[..., _T],
    sources: Sequence[str],
    *,
    base_url: str | None,
    token: str | None,
    prompt: bool,
    **settings: Any,
) -> _T:
    """Call a function of ``live`` with sources and credentials, and show progress.

    Args:
        read: ``live.check``, ``live.diff`` or ``live.record``.
        sources: arguments of the command: files, ``-``, URLs or list ids.
        base_url: root of the API, for list ids.
        token: where the access token is, ``env:NAME`` or ``file:PATH``.
        prompt: prompt for credentials where there are none.
        settings: further arguments of ``read``.

    Returns:
        What ``read`` returns.

    Raises:
        click.UsageError: a list id comes without a base URL, or there is no token at ``token``.
    """
    urls = [_resolve_list_id(source, base_url) for source in sources]
    credentials = _credentials(urls, token, prompt=prompt)
    with leads_progress() as progress:
        return read(*urls, token=credentials, progress=progress, **settings)


def _resolve_list_id(source: str, base_url: str | None) -> str:
    """Return the URL of a list id, and any other source unchanged."""
    if not source.isascii() or not source.isdigit() or os.path.exists(source):  # noqa: PTH110 - `Path` raises an error if it is too long
        return source
    if base_url is None:
        message = f"file {source} does not exist; to read list {source} from the API, set --base-url"
        raise usage_error(message)
    from smartflo_contract.live.client.urls import validate_base_url

    return f"{validate_base_url(base_url)}/v1/broadcast/leads/{source}"


def _credentials(sources: Iterable[str], token: str | None, *, prompt: bool) -> "str | Credentials | None":
    """Return the token of ``--token``, or what the user types; ``None`` without prompt."""
    from smartflo_contract.live import Credentials
    from smartflo_contract.live.sources import lacks_credentials

    if token is not None:
        return _read_token(token)
    if not prompt or not lacks_credentials(sources):
        return None
    if sys.stdin is None or not sys.stdin.isatty():
        message = (
            "--prompt: standard input is not a terminal; set SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"
        )
        raise usage_error(message)
    typed = Credentials(_prompt("Access token (leave empty to log in)", default=""))
    return typed if typed.token else Credentials(None, _prompt("E-mail"), _prompt("Password"))


def _prompt(label: str, default: str | None = None) -> str:
    """Return a line that the user types on the terminal, without echo."""
    try:
        return str(click.prompt(label, default=default, show_default=False, hide_input=True, err=True))
    except UnicodeDecodeError:
        echo(err=True)  # ends the line that was typed
        message = "--prompt: the input is not valid in the encoding of this terminal"
        raise usage_error(message) from None


def token_file(location: str | None) -> Path | None:
    """Return the file that holds the token, if there is one."""
    kind, _, name = (location or "").partition(":")
    return Path(name) if kind == "file" and name else None


def _read_token(location: str) -> str:
    """Return the token in a variable (``env:NAME``) or a file (``file:PATH``)."""
    kind, _, name = location.partition(":")
    token = ""
    if kind == "env":
        token = os.environ.get(name, "").strip()
    elif kind == "file":
        with suppress(OSError, UnicodeDecodeError):
            token = Path(name).read_text(encoding="utf-8-sig").strip()
    if not token:
        message = f"--token: {_missing_token(kind, name)}"
        raise usage_error(message)
    return token


def _missing_token(kind: str, name: str) -> str:
    """Return why ``--token`` yields no token. An argument of another form may be the token, so it is not shown."""
    if kind == "env" and name:
        return f"environment variable {name} is {'empty' if name in os.environ else 'not set'}"
    if kind == "file" and name:
        return f"file {name} {'cannot be read or holds no token' if Path(name).exists() else 'does not exist'}"
    return "expected env:NAME or file:PATH, the variable or file that holds the token"
