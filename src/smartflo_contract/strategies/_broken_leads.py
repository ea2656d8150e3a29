"""The rules that a lead or a response can break, by key, and the arguments that select one."""

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
from smartflo_contract.strategies._lead_recipe import recipe_of
from smartflo_contract.strategies.breakers import (
    BODY_BREAKS,
    Breaks,
    RuleAtKey,
    keyword_breaks,
    rule_breaks,
)


class Broken(NamedTuple):
    """A lead that breaks one rule.

    Attributes:
        lead: the lead.
        rule: the rule or schema keyword; ``rule`` of the finding.
        pointer: JSON pointer of the broken value; ``pointer`` of the finding.
    """

    lead: Lead
    rule: str
    pointer: str


class BrokenResponse(NamedTuple):
    """The body of a response that breaks one rule.

    Attributes:
        response: the body.
        rule: the rule or schema keyword; ``rule`` of the finding.
        pointer: JSON pointer of the broken value; ``pointer`` of the finding.
    """

    response: bytes
    rule: str
    pointer: str


class Breaker(NamedTuple):
    """A rule and a key that can break it.

    Attributes:
        rule: a rule or schema keyword.
        key: a key of a lead; ``field_N`` for the field that the number of fields decides; empty for a whole response.
        in_leads: whether :func:`broken_leads` breaks the rule.
        in_responses: whether :func:`broken_responses` breaks the rule. No response has a value that is not JSON.
    """

    rule: str
    key: str
    in_leads: bool
    in_responses: bool


class BreakOptions(ContractOptions, total=False):
    """Options of strategies that break the contract.

    Attributes:
        rule: the rule or schema keyword to break; by default any of :data:`BREAKERS`.
        key: the key to break it at; by default any.
    """

    rule: str
    key: str


class SurpriseArguments(LeadArguments):
    """Arguments of a strategy of surprising leads, checked at the first draw."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Store the arguments."""
        super().__init__(options, ContractOptions, profile="lenient")

    @cached_property
    def surprises(self) -> dict[RuleAtKey, Breaks]:
        """The changes of a lead that surprise, by rule and key.

        Raises:
            InvalidArgument: the contract allows no surprise.
        """
        surprises = surprises_of(self.contract)
        if not surprises:
            message = f"{self!r}: the contract allows no surprising value; use profile='lenient'"
            raise InvalidArgument(message)
        return surprises


class BreakArguments(Arguments):
    """Arguments of a strategy that breaks the contract, checked at the first draw."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Store the arguments."""
        super().__init__(options, BreakOptions)
        self.valid_leads = LeadArguments(
            {name: options[name] for name in options if name in ContractOptions.__annotations__}
        )

    @cached_property
    def in_leads(self) -> list[RuleAtKey]:
        """The selected rules and keys that a lead can break.

        Raises:
            InvalidArgument: no lead can break the rule at the key.
        """
        return self._selected([breaker for breaker in breakers_of(self.contract) if breaker.in_leads], "one lead")

    @cached_property
    def in_responses(self) -> list[RuleAtKey]:
        """The selected rules and keys that a response can break.

        Raises:
            InvalidArgument: no response can break the rule at the key.
        """
        return self._selected([breaker for breaker in breakers_of(self.contract) if breaker.in_responses], "a response")

    def _selected(self, breakers: list[Breaker], subject: str) -> list[RuleAtKey]:
        rule, key = self.options.get("rule"), self.options.get("key")
        of_rule = [breaker for breaker in breakers if rule in {None, breaker.rule}]
        selected = [(breaker.rule, breaker.key) for breaker in of_rule if key in {None, breaker.key}]
        if selected:
            return selected
        if of_rule:
            name, value, known = "key", key, [breaker.key for breaker in of_rule]
        else:
            name, value, known = "rule", rule, [breaker.rule for breaker in breakers]
        known = list(dict.fromkeys(known))
        condition = f" of rule {rule!r}" if name == "key" and rule is not None else ""
        message = (
            f"{name}={value!r}: {subject} under {self.contract.profile} cannot break this {name}{condition}; "
            f"expected one of {', '.join(map(repr, known))}.{nearest(str(value), known)}"
        )
        raise InvalidArgument(message)


@lru_cache(maxsize=32)
def lead_breaks(contract: Contract) -> dict[RuleAtKey, Breaks]:
    """Return the changes that break one lead, by rule and key."""
    simplest = recipe_of(contract).simplest()
    return keyword_breaks(contract, simplest) | rule_breaks(contract, simplest, "break")


@lru_cache(maxsize=32)
def surprises_of(contract: Contract) -> dict[RuleAtKey, Breaks]:
    """Return the changes that make one lead surprising, by rule and key."""
    return rule_breaks(contract, recipe_of(contract).simplest(), "surprise")


@lru_cache(maxsize=32)
def breakers_of(contract: Contract) -> tuple[Breaker, ...]:
    """Return every rule of a contract that can be broken, with every key."""
    return (
        *(Breaker(rule, key, in_leads=True, in_responses=rule != NOT_JSON) for rule, key in lead_breaks(contract)),
        *(Breaker(rule, key, in_leads=False, in_responses=True) for rule, key in data_of(contract).list_breakers()),
        *(Breaker(rule, key, in_leads=False, in_responses=True) for rule, key in BODY_BREAKS),
    )


class _Breakers(Mapping[str, tuple[Breaker, ...]]):
    """The breakers of each profile, computed on first access."""

    def __getitem__(self, profile: str) -> tuple[Breaker, ...]:
        if profile not in PROFILES:
            raise KeyError(profile)
        return breakers_of(load_contract(profile))

    def __iter__(self) -> Iterator[str]:
        return iter(PROFILES)

    def __len__(self) -> int:
        return len(PROFILES)


BREAKERS: Final[Mapping[str, tuple[Breaker, ...]]] = _Breakers()
"""Every rule and schema keyword that :func:`broken_leads` and :func:`broken_responses` can break, with every key, by
profile."""
