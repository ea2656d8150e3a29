"""Which rules of a contract can be broken, at which keys, and the arguments that choose among them."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from hypothesis.errors import InvalidArgument

from smartflo_contract.factories import Lead
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.body_rules import NOT_JSON
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.profile_names import PROFILES
from smartflo_contract.strategies._arguments import Arguments, ContractOptions, LeadArguments
from smartflo_contract.strategies._lead_recipe import Recipe
from smartflo_contract.strategies.breakers import (
    BODY_BREAKS,
    Changes,
    Pair,
    keyword_breakers,
    rule_breakers,
)


class Broken(NamedTuple):
    """A lead that breaks one rule.

    Attributes:
        lead: the lead.
        rule: the rule or schema keyword that it breaks; the finding's ``rule``.
        pointer: where; the finding's ``pointer``.
    """

    lead: Lead
    rule: str
    pointer: str


class BrokenResponse(NamedTuple):
    """The body of a response that breaks one rule.

    Attributes:
        response: the body.
        rule: the rule or schema keyword that it breaks; the finding's ``rule``.
        pointer: where; the finding's ``pointer``.
    """

    response: bytes
    rule: str
    pointer: str


class Breaker(NamedTuple):
    """A rule and a key at which it can be broken.

    Attributes:
        rule: a rule or schema keyword.
        key: a key of a lead; ``field_N`` where the number of fields decides which; empty for a response as a whole.
        in_leads: whether :func:`broken_leads` breaks it.
        in_responses: whether :func:`broken_responses` breaks it; what JSON cannot say is in no response.
    """

    rule: str
    key: str
    in_leads: bool
    in_responses: bool


class BreakOptions(ContractOptions, total=False):
    """What may be said of what is broken.

    Attributes:
        rule: the rule or schema keyword to break; any of :data:`BREAKERS` unless given.
        key: the key at which to break it; any unless given.
    """

    rule: str
    key: str


class SurpriseArguments(LeadArguments):
    """Arguments of a strategy of leads that surprise, checked when it is first drawn from."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Keep what was given."""
        super().__init__(given, ContractOptions, profile="lenient")

    @cached_property
    def ways(self) -> dict[Pair, Changes]:
        """The ways to surprise, by rule and key.

        Raises:
            InvalidArgument: the overlay leaves none.
        """
        ways = surprises_of(self.contract)
        if not ways:
            message = f"{self!r}: nothing is left open, so nothing can surprise; choose profile='lenient'"
            raise InvalidArgument(message)
        return ways


class BreakArguments(Arguments):
    """Arguments of a strategy of what breaks the contract, checked when it is first drawn from."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Keep what was given."""
        super().__init__(given, BreakOptions)
        base = {name: given[name] for name in given if name in ContractOptions.__annotations__}
        self.base = LeadArguments(base)

    @cached_property
    def in_leads(self) -> list[Pair]:
        """The rules and keys, among those asked for, at which a lead can be broken."""
        return self._chosen([breaker for breaker in breakers_of(self.contract) if breaker.in_leads], "one lead")

    @cached_property
    def in_responses(self) -> list[Pair]:
        """The rules and keys, among those asked for, at which a response can be broken."""
        return self._chosen([breaker for breaker in breakers_of(self.contract) if breaker.in_responses], "a response")

    def _chosen(self, breakers: list[Breaker], what: str) -> list[Pair]:
        rule, key = self.given.get("rule"), self.given.get("key")
        of_rule = [breaker for breaker in breakers if rule in {None, breaker.rule}]
        found = [(breaker.rule, breaker.key) for breaker in of_rule if key in {None, breaker.key}]
        if found:
            return found
        name, value, known = ("key", key, [breaker.key for breaker in of_rule])
        if not of_rule:
            name, value, known = ("rule", rule, [breaker.rule for breaker in breakers])
        known = list(dict.fromkeys(known))
        at = f" for rule {rule!r}" if name == "key" and rule is not None else ""
        message = (
            f"{name}={value!r}: {what} under {self.contract.profile} cannot be broken so{at}; "
            f"there are {', '.join(map(repr, known))}.{nearest(str(value), known)}"
        )
        raise InvalidArgument(message)


@lru_cache(maxsize=32)
def ways_of(contract: Contract) -> dict[Pair, Changes]:
    """Return every way to break one lead, by rule and key."""
    simplest = Recipe(contract).simplest()
    return keyword_breakers(contract, simplest) | rule_breakers(contract, simplest, "break")


@lru_cache(maxsize=32)
def surprises_of(contract: Contract) -> dict[Pair, Changes]:
    """Return every way for one lead to surprise, by rule and key."""
    return rule_breakers(contract, Recipe(contract).simplest(), "surprise")


@lru_cache(maxsize=32)
def breakers_of(contract: Contract) -> tuple[Breaker, ...]:
    """Return every rule, with every key, that can be broken under a contract."""
    return (
        *(Breaker(rule, key, in_leads=True, in_responses=rule != NOT_JSON) for rule, key in ways_of(contract)),
        *(Breaker(rule, key, in_leads=False, in_responses=True) for rule, key in data_of(contract).list_breakers()),
        *(Breaker(rule, key, in_leads=False, in_responses=True) for rule, key in BODY_BREAKS),
    )


class _Breakers(Mapping[str, tuple[Breaker, ...]]):
    """The breakers of each profile, found when first asked for."""

    def __getitem__(self, profile: str) -> tuple[Breaker, ...]:
        if profile not in PROFILES:
            raise KeyError(profile)
        return breakers_of(load_contract(profile))

    def __iter__(self) -> Iterator[str]:
        return iter(PROFILES)

    def __len__(self) -> int:
        return len(PROFILES)


BREAKERS: Final[Mapping[str, tuple[Breaker, ...]]] = _Breakers()
"""By profile: every rule and schema keyword, with every key, that :func:`broken_leads` and :func:`broken_responses`
can break."""
