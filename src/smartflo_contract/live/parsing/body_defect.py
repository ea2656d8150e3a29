"""One violation of a rule about the body as a whole."""

from typing import NamedTuple


class BodyDefect(NamedTuple):
    """One violation of a body rule.

    Attributes:
        rule: a key of ``BODY_RULES``.
        offset: position in the body, in bytes; ``None`` if the defect is not in the body, such as an HTTP status.
        detail: more about it, without any value of the body.
        got: what the body has, if that is more precise than the ``got`` of the rule.
        pointer: JSON pointer of the value that the defect is about; empty for the whole body.
        help: what to do, if that is more precise than the ``help`` of the rule.
    """

    rule: str
    offset: int | None
    detail: str = ""
    got: str = ""
    pointer: str = ""
    help: str = ""
