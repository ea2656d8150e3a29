"""The URL of a store: which database it is, without the password in anything that is printed."""

import re
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from smartflo_contract.mock_server.errors import ConfigError

EXAMPLES: Final = "sqlite:///fake.db or postgresql://user@host/database"
"""The forms of URL that are accepted."""
_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = ("postgresql", "postgres")
_SECRET_PARAMETERS: Final = ("password", "passfile", "sslpassword", "sslkey")
_MASK: Final = "***"
_NOT_ENCODED: Final = (
    "store: the user or the password has a character that must be percent-encoded: write % as %25, / as %2F and @ as "
    "%40; or leave the password out, and set the variable PGPASSWORD"
)
_SCHEME: Final = re.compile("[A-Za-z][A-Za-z0-9+.-]{0,19}")


class StoreUrl(NamedTuple):
    """Where a store is.

    Attributes:
        dialect: ``sqlite`` or ``postgresql``.
        target: the absolute path of the SQLite file, or the URL for libpq, with its password.
        masked: the URL without its password, for messages.
    """

    dialect: str
    target: str
    masked: str

    def redact(self, message: str) -> str:
        """Return a message without the passwords of the URL, of which some messages of drivers quote a part."""
        if self.dialect == "sqlite":
            return message
        secrets = {form for secret in _secrets(self.target) for form in (secret, unquote(secret)) if form}
        for secret in sorted(secrets, key=len, reverse=True):
            message = message.replace(secret, _MASK)
        return message

    def __repr__(self) -> str:
        """Return a representation without the password."""
        return f"<StoreUrl {self.masked}>"


def resolve_sqlite_path(url: str, folder: Path) -> str:
    """Return a URL whose relative path starts from a folder; any other string unchanged."""
    path = url.removeprefix(_SQLITE)
    return url if path in {"", url} else f"{_SQLITE}{folder.absolute() / path}"


def parse_store_url(url: str) -> StoreUrl:
    """Return what the URL of a store says.

    Args:
        url: ``sqlite:///PATH``, where a relative path starts from the working folder, or a URL of libpq,
            ``postgresql://…``.

    Raises:
        ConfigError: it is no such URL. The message does not contain it: it may contain a password.
    """
    if url.startswith(_SQLITE):
        return _sqlite_url(url.removeprefix(_SQLITE))
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in _POSTGRESQL:
        named = f"the scheme {scheme!r}" if separator and _SCHEME.fullmatch(scheme) else "no scheme"
        message = f"store: expected {EXAMPLES}, got {named}"
        raise ConfigError(message)
    return _postgresql_url(url)


def _sqlite_url(path: str) -> StoreUrl:
    if not path or path.startswith(":") or "?" in path or "\0" in path:
        message = "store: expected the path of a file after sqlite:///, such as sqlite:///fake.db"
        raise ConfigError(message)
    absolute = Path(path).absolute()
    if absolute.is_dir():
        message = f"store: {absolute} is a folder; name a file in it, such as {_SQLITE}{path.rstrip('/')}/fake.db"
        raise ConfigError(message)
    return StoreUrl("sqlite", str(absolute), f"{_SQLITE}{path}")


def _postgresql_url(url: str) -> StoreUrl:
    credentials, rest = _split_credentials(url)
    try:
        parts = urlsplit(f"//{rest}")
    except ValueError:
        message = f"store: expected {EXAMPLES}, got a URL that cannot be read"
        raise ConfigError(message) from None
    names = "".join(parameter.partition("=")[0] for parameter in parts.query.split("&"))
    if "@" in f"{parts.netloc}{parts.path}{names}{parts.fragment}":  # only a value of a parameter may have one
        raise ConfigError(_NOT_ENCODED)
    if not parts.path.strip("/"):
        message = "store: expected the name of a database at the end of the path: postgresql://user@host/database"
        raise ConfigError(message)
    user, has_password, _ = credentials.partition(":")
    owner = f"{quote(unquote(user))}{f':{_MASK}' if has_password else ''}@" if credentials else ""
    parameters = [
        (name, _MASK if name in _SECRET_PARAMETERS else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    query = f"?{urlencode(parameters, safe='*/')}" if parameters else ""
    masked = f"postgresql://{owner}{parts.netloc}{parts.path}{query}"
    return StoreUrl("postgresql", f"postgresql{url[url.index(':') :]}", masked)


def _split_credentials(url: str) -> tuple[str, str]:
    """Return the user and the password in a URL of libpq, which end at the first ``@``, and what follows them.

    A user or password may have a ``?`` or a ``#``, which end it in other URLs, and no ``/``.
    """
    rest = url.partition("://")[2]
    credentials, has_credentials, remainder = rest.partition("@")
    return (credentials, remainder) if has_credentials and "/" not in credentials else ("", rest)


def _secrets(url: str) -> list[str]:
    """Return the passwords in a URL of libpq, as they are written in it."""
    credentials, rest = _split_credentials(url)
    password = credentials.partition(":")[2]
    parameters = (parameter.partition("=") for parameter in urlsplit(f"//{rest}").query.split("&"))
    return [password, *(value for name, _, value in parameters if name in _SECRET_PARAMETERS)]
