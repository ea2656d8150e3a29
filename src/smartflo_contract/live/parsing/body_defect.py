"""One violation of a rule about the body as a whole."""

from typing import NamedTuple


class BodyDefect(NamedTuple):
    """One violation of a body rule.

    Attributes:
        rule: a key of ``BODY_RULES``.
        offset: position in the body, in bytes; ``None`` if the defect is not in the body, such as an HTTP status.
        detail: more about it, without any value of the body.
    """

    rule: str
    offset: int | None
    detail: str = ""
