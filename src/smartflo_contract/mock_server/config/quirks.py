"""Quirks: what the documentation leaves open or contradicts, each a switch with named values."""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.schemas.errors import nearest

Quirks: TypeAlias = Mapping[str, str]
"""The value of every quirk, by its name."""


class Quirk(NamedTuple):
    """One switch.

    Attributes:
        name: as in the configuration.
        values: what it may be; the first is the default.
        evidence: label to source: what is known of it.
        why: what a client learns from turning it.
    """

    name: str
    values: tuple[str, ...]
    evidence: Mapping[str, str]
    why: str

    @property
    def default(self) -> str:
        """The value unless another is given."""
        return self.values[0]


_CLIENTS: Final = {"observed": "public clients"}
_OPEN: Final = {"assumed": "no page and no client says"}

_QUIRKS: Final = (
    Quirk(
        "add_lead_answer",
        ("none", "lead_id", "id"),
        {"documented": "add-lead page: Success and Message alone", "observed": "public clients look for an id"},
        "Whether the answer to a new lead names it; where it does not, clients read the list again.",
    ),
    Quirk(
        "auth_scheme",
        ("any", "bearer", "raw"),
        _CLIENTS | {"documented": "bulk page alone shows Bearer"},
        "Clients send the token raw or after Bearer; the pages do not say which is wanted.",
    ),
    Quirk(
        "created_at",
        ("exact", "twelve_hours_early"),
        {
            "sample": "leads page, sample response: twelve_hours_early",
            "observed": "the sample of another page of the portal: twelve_hours_early",
            "assumed": "exact",
        },
        "In the sample created_at lies exactly 12 hours before the time in the lead's id.",
    ),
    Quirk(
        "duplicate_option",
        ("skip", "overwrite", "clone"),
        {"documented": "add-lead page: three values", "assumed": "which one holds where none is sent"},
        "What becomes of a number that the list already has, where the request does not say.",
    ),
    Quirk(
        "expired_token",
        ("401", "200"),
        _CLIENTS,
        "An expired token is refused with status 401, or with status 200 and an error in the body.",
    ),
    Quirk(
        "header_offset",
        ("positional", "shifted"),
        {
            "documented": "update-lead page: positional; add-lead page: shifted",
            "sample": "leads page, sample response: its values fit their columns when shifted",
            "assumed": "which holds for other lists: deduced from one sample",
        },
        "Column N of header is field_N; or the alternate phone number is no field, and later columns move up by one.",
    ),
    Quirk(
        "lists_id",
        ("integer", "text"),
        {"observed": "a public client stores it as text", "assumed": "the type"},
        "The type of id in the list of lists; in leads it is an integer.",
    ),
    Quirk(
        "lockout",
        ("429", "401", "off"),
        _CLIENTS | {"assumed": "five failures, ten minutes, the message"},
        "After too many failed logins a login id is locked out, with retry_after in Indian time without a zone.",
    ),
    Quirk(
        "login_failure",
        ("counted", "plain"),
        {"documented": "page on generating a token: both bodies", "assumed": "the status 401"},
        "A refused login says how many have failed, or only that it was refused.",
    ),
    Quirk(
        "number_filter",
        ("last_ten", "exact", "ignored"),
        {"documented": "portal parameters: number", "assumed": "how numbers are compared"},
        "?number= finds leads by the last ten digits, by the number as it is stored, or not at all.",
    ),
    Quirk(
        "rate_limit_success",
        ("text", "boolean"),
        {"documented": "rate limit page: the text false", "assumed": "the boolean"},
        "The body of 429 has success as text; every other error has a boolean.",
    ),
    Quirk(
        "unknown_list",
        ("404", "empty", "200_error"),
        _OPEN,
        "A list that is not there is answered by 404, by an empty array, or by status 200 and an error.",
    ),
    Quirk(
        "unknown_token",
        ("taken", "401"),
        {"assumed": "the vendor's API refuses it; that any text is taken is an addition of this fake"},
        "A token that the fake did not issue is taken, or refused as the vendor's API would, `Bearer None` too.",
    ),
)
QUIRKS: Final[dict[str, Quirk]] = {quirk.name: quirk for quirk in _QUIRKS}
"""Every quirk by name."""


def resolve_quirks(values: Mapping[str, object]) -> Quirks:
    """Return the value of every quirk: those in ``values``, and the defaults of all others.

    Args:
        values: quirk name to value.

    Raises:
        ConfigError: there is no such quirk, or it has no such value.
    """
    for name, value in values.items():
        if name not in QUIRKS:
            message = f"quirks.{name}: unknown quirk; choose from {', '.join(QUIRKS)}.{nearest(str(name), QUIRKS)}"
            raise ConfigError(message)
        if str(value) not in QUIRKS[name].values:
            message = f"quirks.{name}: expected one of {', '.join(QUIRKS[name].values)}, got {value!r}"
            raise ConfigError(message)
    defaults = {name: quirk.default for name, quirk in QUIRKS.items()}
    return {**defaults, **{name: str(value) for name, value in values.items()}}
