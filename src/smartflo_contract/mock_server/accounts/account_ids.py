"""Account ids: hashes of access tokens and login ids."""

from hashlib import blake2b
from typing import Final

_DIGEST_BYTES: Final = 6
"""Size of an account id: 12 hexadecimal digits, which fit as a number into the ``sub`` claim of a token."""


def account_id_of_token(token: str) -> str:
    """Return the account id of a token that this fake did not issue. Each string is an account of its own."""
    return _hash(f"token/{token}")


def account_id_of_login(login: str) -> str:
    """Return the account id of a login id."""
    return _hash(f"login/{login}")


def _hash(string: str) -> str:
    return blake2b(string.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


ALL_ACCOUNTS: Final = ""
"""Stands for all accounts. Settings under this id hold for every account without settings of its own."""
ANONYMOUS: Final = account_id_of_token("")
"""The account of requests without a token, if the fake requires none."""
