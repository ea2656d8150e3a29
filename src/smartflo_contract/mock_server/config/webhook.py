"""Webhooks of a configuration: which receiver gets what, and when."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from typing import Any, Final

import orjson

from smartflo_contract.factories import setting_checks as checks
from smartflo_contract.mock_server.config.header_checks import headers_check
from smartflo_contract.mock_server.config.receiver_url import host_name_problem, receiver_problem
from smartflo_contract.mock_server.config.webhook_tables import VARIABLES, trigger_problem
from smartflo_contract.mock_server.config.webhook_template import Template, variables_in
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.http.json_values import encode_json
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.grammar import format_setting
from smartflo_contract.schemas.printable import truncate

MAX_WEBHOOKS: Final = 100
_MAX_TEMPLATE_BYTES: Final = 64 * 1024
_MAX_HEADERS: Final = 50
_MAX_LATE_SECONDS: Final = 7 * 86_400
_DEFAULT_LATE_SECONDS: Final = 60.0
_MAX_TIMEOUT_SECONDS: Final = 60
_MAX_SHOWN_CHARACTERS: Final = 80
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")
_HEADER_VALUE: Final = re.compile(r"[\x20-\x7e]{0,4000}")
_RESERVED_HEADERS: Final = ("connection", "content-length", "host", "transfer-encoding", "x-smartflo-fake")
"""Beginnings of the names of headers that the fake sets."""
_VARIABLE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


@dataclass(frozen=True)
class Webhook:
    """A webhook: a request to a receiver for each event of a trigger.

    Attributes:
        url: URL of the receiver, on this machine unless its host is allowed by name.
        trigger: what it is sent for, such as ``disposition``.
        template: what is sent: an object or text with variables such as ``$call_id``; ``None`` for all usual keys.
            With ``GET``, the keys of the object are query parameters.
        method: ``POST`` or ``GET``.
        headers: headers to send, by name.
        unresolved: further variables of the template, which arrive as they are.
        timeout: seconds in which the receiver must answer.
        duplicate: share of the deliveries that are made twice, chosen by the seed.
        reordered: share of the deliveries that are made after the next one.
        late: share of the deliveries that are late.
        lost: share of the deliveries that are not made.
        late_seconds: how late they are, on the account's clock.
    """

    url: str
    trigger: str = "disposition"
    template: Template | None = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    unresolved: Sequence[str] = ()
    timeout: float = 5.0
    duplicate: float = 0.0
    reordered: float = 0.0
    late: float = 0.0
    lost: float = 0.0
    late_seconds: float = _DEFAULT_LATE_SECONDS

    def __post_init__(self) -> None:
        """Accept methods in lower case."""
        if isinstance(self.method, str):
            object.__setattr__(self, "method", self.method.upper())
        if isinstance(self.unresolved, list):
            object.__setattr__(self, "unresolved", tuple(self.unresolved))

    @property
    def id(self) -> str:
        """Id: a hash of URL, method, trigger and template."""
        content = orjson.dumps([self.url, self.method, self.trigger, self.template])
        return blake2b(content, digest_size=6).hexdigest()


WEBHOOK_SETTINGS: Final = tuple(setting.name for setting in fields(Webhook))


def check_webhooks(webhooks: Sequence[Webhook], allowed_hosts: Collection[str]) -> None:
    """Check the webhooks of a user.

    Args:
        webhooks: the webhooks.
        allowed_hosts: hosts of receivers that are allowed by name.

    Raises:
        ConfigError: a setting is invalid, or a receiver is not permitted; the message names it.
    """
    if len(webhooks) > MAX_WEBHOOKS:
        message = f"webhooks: expected at most {MAX_WEBHOOKS}, got {len(webhooks):,}"
        raise ConfigError(message)
    ids = set[str]()
    for number, webhook in enumerate(webhooks):
        position = f"webhooks[{number}]"
        try:
            check_webhook(webhook, allowed_hosts)
        except ConfigError as error:
            message = f"{position}.{error}"
            raise ConfigError(message) from None
        if webhook.id in ids:
            message = f"{position}: the same webhook is defined twice; to send it twice, set duplicate = 1"
            raise ConfigError(message)
        ids.add(webhook.id)


def check_webhook(webhook: Webhook, allowed_hosts: Collection[str]) -> None:
    """Check one webhook of a user; arguments and errors are those of :func:`check_webhooks`."""
    for name, check in _CHECKS.items():
        _reject(name, check(getattr(webhook, name)), getattr(webhook, name))
    _reject("url", receiver_problem(webhook.url, allowed_hosts), webhook.url)
    problem = trigger_problem(webhook.trigger)
    if problem is not None:
        raise ConfigError(problem)
    if webhook.method == "GET" and isinstance(webhook.template, str):
        message = "template: expected an object, whose keys are the query parameters of a GET"
        raise ConfigError(message)
    if webhook.late_seconds != _DEFAULT_LATE_SECONDS and not webhook.late:
        message = "late_seconds: has no effect, because late is 0; set late to the share of deliveries that are late"
        raise ConfigError(message)
    _check_variables(webhook)


def check_webhook_hosts(hosts: Sequence[object]) -> None:
    """Check the hosts that are allowed by name.

    Raises:
        ConfigError: one is not the name of a host, or is the vendor's.
    """
    for number, host in enumerate(hosts):
        _reject(f"webhook_hosts[{number}]", host_name_problem(host), host)


def _reject(name: str, expected: str | None, value: object) -> None:
    if expected is not None:
        message = f"{name}: expected {expected}; got {truncate(format_setting(value), _MAX_SHOWN_CHARACTERS)}"
        raise ConfigError(message)


def _check_variables(webhook: Webhook) -> None:
    for name in variables_in(webhook.template):
        if name not in VARIABLES and name not in webhook.unresolved:
            message = (
                f"template: unknown variable `${truncate(name)}`.{nearest(name, VARIABLES)} "
                f'To let it arrive as it is, set unresolved to ["{truncate(name)}"]'
            )
            raise ConfigError(message)


def _template(value: object) -> str | None:
    expected = f"an object, or text, of at most {_MAX_TEMPLATE_BYTES:,} bytes"
    if value is None:
        return None
    if not value or not isinstance(value, Mapping | str):
        return expected
    try:
        return None if len(encode_json({"template": value})) <= _MAX_TEMPLATE_BYTES else expected
    except ValueError as error:
        return f"{expected}: {error}"


def _unresolved(value: object) -> str | None:
    is_valid = isinstance(value, tuple) and all(
        isinstance(name, str) and _VARIABLE_NAME.fullmatch(name) is not None for name in value
    )
    return None if is_valid else "a list of names of variables, without $"


def _number(minimum: float, maximum: float) -> checks.Check:
    def check(value: object) -> str | None:
        is_valid = isinstance(value, int | float) and not isinstance(value, bool) and minimum <= value <= maximum
        return None if is_valid else f"a number from {minimum:g} to {maximum:g}"

    return check


_CHECKS: Final[Mapping[str, checks.Check]] = {
    "trigger": checks.nonempty_string,
    "template": _template,
    "method": checks.one_of("POST", "GET"),
    "headers": headers_check(_HEADER_NAME, _HEADER_VALUE, _RESERVED_HEADERS, _MAX_HEADERS),
    "unresolved": _unresolved,
    "timeout": _number(0.1, _MAX_TIMEOUT_SECONDS),
    **dict.fromkeys(("duplicate", "reordered", "late", "lost"), _number(0, 1)),
    "late_seconds": _number(0, _MAX_LATE_SECONDS),
}


def webhook_from_json(content: Mapping[str, Any]) -> Webhook:
    """Return the webhook in a JSON object: ``Webhook`` in the admin API's OpenAPI document."""
    return Webhook(**content)
