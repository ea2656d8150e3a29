"""A login of the fake."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Login:
    """A login that the fake accepts.

    Attributes:
        email: the login id; it need not be an e-mail address.
        password: hidden in the representation.
    """

    email: str
    password: str = field(repr=False)
