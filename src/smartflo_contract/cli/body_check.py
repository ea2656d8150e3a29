"""Check response bodies for the console of a running fake, which does not know the checker itself."""

from collections.abc import Mapping
from typing import Any


def check_body(body: bytes, profile: str, overlay: Any) -> Mapping[str, Any]:
    """Return the report of ``check`` about a response body, or a capture of responses, as JSON.

    Args:
        body: the body; or a HAR file, a cassette or a journal.
        profile: profile of the contract.
        overlay: partial lead schema; ``None`` for none.

    Raises:
        ValueError: nothing can be checked.
    """
    from smartflo_contract.live import LiveError, check

    try:
        return check(body, profile=profile, overlay=overlay).as_dict()
    except LiveError as error:
        message = str(error).replace("bytes", "the body", 1)
        raise ValueError(message) from None
