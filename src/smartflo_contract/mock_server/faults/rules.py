"""Fault rules: which requests of an account get a fault, and with which settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Final, NamedTuple

from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.mock_server.http.list_ids import parse_list_id
from smartflo_contract.mock_server.http.route_names import GET_LEADS

OK: Final = "ok"
"""The step that leaves a response unchanged."""
STATUS: Final = "a status"
"""Stands for every error status from 400 to 599 in messages and tables."""
ANY_ROUTE: Final = "any"


@dataclass(frozen=True)
class Fault:
    """A rule that applies faults to some requests of an account.

    A rule counts every request that matches its ``list_id`` and ``route``, for each account separately. If several
    rules match a request, the first rule whose turn it is applies its fault.

    Attributes:
        steps: an error status, the name of a fault, or ``ok`` for each request in turn; ``ok`` after the last step.
        list_id: match only requests for this list; ``None`` for all lists.
        route: match only requests of this route, as in the OpenAPI document; ``any`` for all routes.
        at: number of the only request that gets the fault, counted from 1.
        repeat: start over after the last step.
        probability: fraction of requests that get a fault, chosen by the seed; the steps then repeat.
        seconds: delay of the fault ``delay``.
        jitter: maximum extra delay in seconds, chosen by the seed.
        lead: number of leads that arrive whole under the faults ``cut`` and ``cut_clean``.
        retry_after: seconds in the header ``Retry-After`` of an error status; the vendor documents no such header.

    Raises:
        ConfigError: ``steps`` is not a list. ``Config`` and the admin API check all other settings.
    """

    steps: Sequence[str | int]
    list_id: int | None = None
    route: str = GET_LEADS
    at: int | None = None
    repeat: bool = False
    probability: float = 1.0
    seconds: float = 1.0
    jitter: float = 0.0
    lead: int = 1
    retry_after: int | None = None

    def __post_init__(self) -> None:
        """Store the steps as a tuple of strings."""
        if not isinstance(self.steps, list | tuple):
            message = 'steps: expected a list of faults, such as [503, 503, "ok"]'
            raise ConfigError(message)
        steps = tuple(str(step) if isinstance(step, int) else step for step in self.steps)
        object.__setattr__(self, "steps", steps)

    def matches(self, route: str, list_id: str | None) -> bool:
        """Return whether the rule counts a request.

        Args:
            route: the route of the request, as in the OpenAPI document.
            list_id: the path segment with the list id, ``None`` if the route has none.
        """
        return self.route in {ANY_ROUTE, route} and self.list_id in {None, parse_list_id(list_id)}

    def step(self, number: int, seed: str) -> str:
        """Return the step of a request: an error status, the name of a fault, or ``ok``.

        Args:
            number: number of the request among those that the rule counts, from 0.
            seed: seed of the rule for ``probability``.
        """
        if self.at is not None:
            return str(self.steps[0]) if number + 1 == self.at else OK
        if self.repeat or self.probability < 1:
            is_hit = self.probability == 1 or seeded_fraction(f"{seed}/{number}") < self.probability
            return str(self.steps[number % len(self.steps)]) if is_hit else OK
        return str(self.steps[number]) if number < len(self.steps) else OK

    def is_met(self, count: int) -> bool:
        """Return whether a request has met the rule; always true with a probability, or without a fault.

        Args:
            count: number of requests that the rule has counted.
        """
        if self.probability < 1 or all(step == OK for step in self.steps):
            return True
        return count >= self.at if self.at is not None else any(step != OK for step in self.steps[:count])

    def __str__(self) -> str:
        """Return the steps and the settings that are not defaults, as ``serve --fault`` accepts them."""
        names = (name for name in SETTING_NAMES if name != "steps")
        changed = (name for name in names if getattr(self, name) != getattr(Fault, name))
        settings = (f"{name}={'true' if getattr(self, name) is True else getattr(self, name)}" for name in changed)
        return "; ".join((", ".join(map(str, self.steps)), *settings))


SETTING_NAMES: Final = tuple(field.name for field in fields(Fault))
"""The names of all settings of a rule, ``steps`` included."""

_WHOLE: Final = "a whole number"
_NUMBER: Final = "a number"
_FLAG: Final = "true or false"


class Setting(NamedTuple):
    """A setting of a rule other than its steps.

    Attributes:
        parse: parses the setting's value from a string; raises ``ValueError`` if it cannot.
        description: what the setting does, for people.
        expected: what :attr:`parse` accepts, for people.
    """

    parse: Callable[[str], object]
    description: str
    expected: str = "a string"


def _parse_bool(string: str) -> bool:
    if string not in {"true", "false"}:
        raise ValueError
    return string == "true"


SETTINGS: Final[Mapping[str, Setting]] = {
    "list_id": Setting(int, "match only requests for this list", _WHOLE),
    "route": Setting(str, "match only requests of this route, as in `smartflo-contract openapi`; `any` for all routes"),
    "at": Setting(int, "number of the only request that gets the fault, counted from 1", _WHOLE),
    "repeat": Setting(_parse_bool, "start over after the last step", _FLAG),
    "probability": Setting(float, "fraction of requests that get a fault, chosen by the seed; steps repeat", _NUMBER),
    "seconds": Setting(float, "delay of the response", _NUMBER),
    "jitter": Setting(float, "maximum extra delay in seconds, chosen by the seed", _NUMBER),
    "lead": Setting(int, "number of leads that arrive whole", _WHOLE),
    "retry_after": Setting(int, "seconds in the header Retry-After, which the vendor does not document", _WHOLE),
}
"""Settings by name."""


def is_error_status(step: str) -> bool:
    """Return whether a step is an HTTP status from 400 to 599."""
    return parse_integer(step, 400, 599, max_digits=3) is not None


def seeded_fraction(seed: str) -> float:
    """Return a number from 0 to below 1, a pure function of ``seed``."""
    return int.from_bytes(blake2b(seed.encode(), digest_size=8).digest(), "big") / 2**64
