"""Quirks: behavior that the documentation leaves open or contradicts, each a switch with named values.

To add a quirk, add an entry to :data:`QUIRKS` and read its value where the behavior is.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.grammar import format_setting

Quirks: TypeAlias = Mapping[str, str]
"""The value of every quirk by its name."""


class Quirk(NamedTuple):
    """A switch for one behavior.

    Attributes:
        name: name in the configuration.
        values: possible values; the first is the default.
        evidence: label to source: what is known of the behavior.
        description: what the values do.
        in_responses: whether responses show it; webhooks do otherwise.
    """

    name: str
    values: tuple[str, ...]
    evidence: Mapping[str, str]
    description: str
    in_responses: bool = True

    @property
    def default(self) -> str:
        """The value if none is set."""
        return self.values[0]


_CLIENTS: Final = {"observed": "public clients"}
_UNKNOWN: Final = {"assumed": "neither the vendor's pages nor public clients show it"}

_QUIRKS: Final = (
    Quirk(
        "add_lead_answer",
        ("none", "lead_id", "id"),
        {"documented": "add-lead page: only Success and Message", "observed": "public clients look for an id"},
        "The key under which the response to a new lead contains its id; with none, clients read the list again.",
    ),
    Quirk(
        "auth_scheme",
        ("any", "bearer", "raw"),
        _CLIENTS | {"documented": "only the bulk page shows Bearer"},
        "Whether a token must follow Bearer, must be raw, or may be either; the vendor's pages do not state it.",
    ),
    Quirk(
        "caller_id",
        ("any", "own"),
        {
            "documented": "click-to-call-support page: a number of the account",
            "assumed": "accepting any other is an addition of this fake",
        },
        "Whether click-to-call accepts any phone number as caller_id, or only those of GET /v1/my_number.",
    ),
    Quirk(
        "caller_id_error",
        ("by_route", "422", "400"),
        {
            "observed": "public clients: 422 of click_to_call_support, 400 elsewhere",
            "assumed": "the same for both routes",
        },
        "The status of an invalid caller_id: 422 of click_to_call_support and 400 of click_to_call, or one for both.",
    ),
    Quirk(
        "content_encoding",
        ("identity", "gzip"),
        _UNKNOWN,
        "Whether a whole list of leads is compressed for clients that send Accept-Encoding: gzip.",
    ),
    Quirk(
        "created_at",
        ("exact", "twelve_hours_early"),
        {
            "sample": "leads page, sample response: twelve_hours_early",
            "observed": "the sample of another page of the portal: twelve_hours_early",
            "assumed": "exact",
        },
        "In the sample response, created_at is exactly 12 hours before the time in the lead's id.",
    ),
    Quirk(
        "duplicate_option",
        ("skip", "overwrite", "clone"),
        {"documented": "add-lead page: three values", "assumed": "the value if the request has none"},
        "How a new lead with a known phone number is handled if the request does not set duplicate_option.",
    ),
    Quirk(
        "expired_token",
        ("401", "200"),
        _CLIENTS,
        "Whether an expired token is rejected with status 401, or with status 200 and an error in the body.",
    ),
    Quirk(
        "header_offset",
        ("positional", "shifted"),
        {
            "documented": "update-lead page: positional; add-lead page: shifted",
            "sample": "leads page, sample response: its values fit their columns if shifted",
            "assumed": "which value other lists have: deduced from one sample",
        },
        "Whether column N of header is field_N, or the alternate phone number has no field and later columns move up.",
    ),
    Quirk(
        "lists_id",
        ("integer", "text"),
        {"observed": "public clients read an integer; one stores it as a string"},
        "The type of id in the list of lists; in leads it is an integer.",
    ),
    Quirk(
        "lockout",
        ("429", "401", "off"),
        _CLIENTS | {"assumed": "five failures, ten minutes, the message"},
        "The status of a login id that is locked out after failed logins, with retry_after in Indian time.",
    ),
    Quirk(
        "login_failure",
        ("counted", "plain"),
        {"documented": "page on generating a token: both bodies", "assumed": "the status 401"},
        "Whether the response to a failed login contains the number of failed logins.",
    ),
    Quirk(
        "number_filter",
        ("last_ten", "exact", "ignored"),
        {"documented": "portal parameters: number", "assumed": "how numbers are compared"},
        "Whether ?number= matches the last ten digits, matches the stored number, or is ignored.",
    ),
    Quirk(
        "rate_limit_retry_after",
        ("none", "seconds"),
        {"documented": "rate limit page: no header", "observed": "one public client reads it if it is there"},
        "Whether a response of --rate-limit has the header Retry-After, which no page of the vendor mentions.",
    ),
    Quirk(
        "rate_limit_success",
        ("text", "boolean"),
        {"documented": "rate limit page: the string false", "assumed": "the boolean"},
        "The type of success in the body of status 429; in all other errors it is a boolean.",
    ),
    Quirk(
        "record_numbers",
        ("text", "integer"),
        {"observed": "public clients: strings; others read integers"},
        "The type of numbers in call records, such as count and call_duration.",
    ),
    Quirk(
        "unknown_list",
        ("404", "empty", "200_error"),
        _UNKNOWN,
        "The response for an unknown list id: status 404, an empty array, or status 200 and an error.",
    ),
    Quirk(
        "unknown_token",
        ("taken", "401"),
        {"assumed": "the vendor's API rejects it; accepting any string is an addition of this fake"},
        "Whether a token that the fake did not issue is accepted, or rejected as the vendor's API would.",
    ),
    Quirk(
        "validation_errors",
        ("text", "list"),
        {"observed": "two public clients read a string, another a list of strings"},
        "Whether status 422 has one message for each field, or a list of messages.",
    ),
    Quirk(
        "webhook_call_to_number",
        ("number", "empty"),
        {"observed": "public webhook handlers: it may be empty"},
        "The variable $call_to_number of a webhook: the called number, or an empty string.",
        in_responses=False,
    ),
    Quirk(
        "webhook_customer_key",
        ("trailing_blank", "plain"),
        {"observed": "public webhook handlers read a key that ends in a blank"},
        "The key customer_no_with_prefix of a webhook without a template, with a blank at its end or without.",
        in_responses=False,
    ),
    Quirk(
        "webhook_lead_fields",
        ("underscores", "names"),
        {"observed": "public webhook handlers read Phone_Number"},
        "The keys of $broadcast_lead_fields in a webhook: column names with underscores for blanks, or unchanged.",
        in_responses=False,
    ),
    Quirk(
        "webhook_unresolved",
        ("verbatim", "empty"),
        {"observed": "public webhook handlers meet $hangupcause_key as a value"},
        "What arrives in a webhook for a variable without a value: its own name with $, or an empty string.",
        in_responses=False,
    ),
)
QUIRKS: Final[dict[str, Quirk]] = {quirk.name: quirk for quirk in _QUIRKS}
"""Every quirk by name."""
DEFAULT_QUIRKS: Final[Quirks] = {quirk.name: quirk.default for quirk in _QUIRKS}
"""The value of every quirk if none is set."""
LEAD_QUIRKS: Final = ("created_at", "header_offset")
"""The quirks that the leads of all lists depend on."""


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
            message = f"quirks.{name}: expected one of {', '.join(QUIRKS[name].values)}, got {format_setting(value)}"
            raise ConfigError(message)
    defaults = {name: quirk.default for name, quirk in QUIRKS.items()}
    return {**defaults, **{name: str(value) for name, value in values.items()}}
