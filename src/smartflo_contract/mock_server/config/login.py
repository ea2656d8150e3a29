"""A login of the fake."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Login:
    """A login that the fake accepts. Line ends around it are removed, as clients remove them from their secrets.

    Attributes:
        email: the login id; it need not be an e-mail address.
        password: hidden in the representation.
    """

    email: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        """Remove line ends; the validation of the configuration rejects other types."""
        for name in ("email", "password"):
            value: object = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, value.strip("\r\n"))
