"""The vendor's hosts: those of its API, and the domains that belong to it and to the sister brands of its platform."""

import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from smartflo_contract.schemas.hosts import VENDOR_DOMAINS

VENDOR_HOSTS: Final = (
    "api-smartflo.tatateleservices.com",
    "api-cloudphone.tatateleservices.com",
    "api.acefone.in",
    "api.acefone.co.uk",
    "api-account-uk.acefone.com",
    "api.servetel.in",
)
"""Hosts of the API. The first one is documented by the vendor, the second one is older and known from public client
code; the others are those of Acefone and Servetel, brands of the same platform."""
_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Mn", "Zs"})
"""Unicode categories of characters that IDNA removes, or that no host name contains."""
_DOTS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
"""Characters that IDNA reads as a dot."""


@lru_cache(maxsize=1024)
def normalize_host(host: str | bytes) -> str:
    """Return the one spelling of a host name: lower case ASCII where IDNA maps to it, without a trailing dot.

    Soft hyphens, full-width letters, ideographic dots, percent-encoding and upper case reach the same host.

    Args:
        host: host name or IP address, without port; bytes as ``socket`` accepts them.
    """
    text = host.decode("latin-1") if isinstance(host, bytes) else host
    text = unicodedata.normalize("NFKC", unquote(text).translate(_DOTS)).translate(_DOTS)
    visible = (character for character in text if unicodedata.category(character) not in _INVISIBLE_CATEGORIES)
    return "".join(visible).casefold().strip("[].")


def is_vendor_host(host: str) -> bool:
    """Return whether a normalized host name belongs to the vendor or to a sister brand."""
    labels = host.split(".")
    return any(".".join(labels[start:]) in VENDOR_DOMAINS for start in range(len(labels)))
