"""Check the headers that users set: in the responses of their routes, and in the requests of their webhooks."""

import re
from collections.abc import Mapping

from smartflo_contract.factories.setting_checks import Check

_EXPECTED = "header names and values as strings, without those that the fake sets itself"


def headers_check(
    name: re.Pattern[str], value: re.Pattern[str], reserved: tuple[str, ...], max_headers: int | None = None
) -> Check:
    """Return the check of a mapping of header names to values.

    Args:
        name: matches a whole name.
        value: matches a whole value.
        reserved: beginnings of the names of headers that the fake sets, in lower case.
        max_headers: maximum number of headers; ``None`` for any.
    """

    def is_header(item: tuple[object, object]) -> bool:
        header, content = item
        return (
            isinstance(header, str)
            and isinstance(content, str)
            and name.fullmatch(header) is not None
            and value.fullmatch(content) is not None
            and not header.lower().startswith(reserved)
        )

    def check(headers: object) -> str | None:
        is_valid = (
            isinstance(headers, Mapping)
            and (max_headers is None or len(headers) <= max_headers)
            and all(map(is_header, headers.items()))
        )
        return None if is_valid else _EXPECTED

    return check
