"""The agents and the numbers of an account: the same for every account of a fake with one seed. All assumed."""

from functools import lru_cache
from typing import Final, NamedTuple

from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.facts import SERIES
from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.factories.pools import pools

_AGENTS: Final = 4
_OWN_NUMBERS: Final = 2
_FIRST_USER_ID: Final = 3_736
_FIRST_AGENT_ID: Final = 50_201
_FIRST_EXTENSION: Final = 602_401
_FIRST_INTERCOM: Final = 1_001
_FIRST_NUMBER_ID: Final = 7_301
_SAFE: Final = SERIES["safe"]
"""Numbers that cannot ring, whichever numbers leads have."""


class Agent(NamedTuple):
    """An agent, and the user who logs in as this agent.

    Attributes:
        id: id of the agent.
        user_id: id of the user.
        name: full name.
        login_id: login id of the user.
        extension: number of the agent's SIP phone.
        intercom: short number to which a call is transferred.
        number: phone number that rings for a call.
    """

    id: int
    user_id: int
    name: str
    login_id: str
    extension: str
    intercom: str
    number: str


class OwnNumber(NamedTuple):
    """A number of the account, which called parties see.

    Attributes:
        id: its id.
        name: its name.
        number: the phone number.
    """

    id: int
    name: str
    number: str


@lru_cache(16)
def agents(seed: int) -> tuple[Agent, ...]:
    """Return the agents of a fake, ordered by id.

    Args:
        seed: seed of the fake.
    """
    draw, numbers = Draw(f"smartflo-contract/agents/{seed}".encode()), _numbers(seed)
    found = []
    for position in range(_AGENTS):
        first, last = draw.choice(pools().first_names), draw.choice(pools().last_names)
        found.append(
            Agent(
                _FIRST_AGENT_ID + position,
                _FIRST_USER_ID + position,
                f"{first.text} {last.text}",
                f"{first.slug}.{last.slug}.{position + 1}",
                str(_FIRST_EXTENSION + position),
                str(_FIRST_INTERCOM + position),
                numbers[position],
            )
        )
    return tuple(found)


@lru_cache(16)
def own_numbers(seed: int) -> tuple[OwnNumber, ...]:
    """Return the numbers of the account, ordered by id.

    Args:
        seed: seed of the fake.
    """
    return tuple(
        OwnNumber(_FIRST_NUMBER_ID + position, f"Number {position + 1}", number)
        for position, number in enumerate(_numbers(seed)[_AGENTS:])
    )


def find_agent(seed: int, name: str) -> Agent | None:
    """Return the agent that clients name by id, extension, intercom or phone number, ``None`` for an unknown one."""
    number = last_digits(name)
    for agent in agents(seed):
        if name in {str(agent.id), agent.extension, agent.intercom} or number == last_digits(agent.number):
            return agent
    return None


def _numbers(seed: int) -> list[str]:
    """Return different phone numbers for the agents and the account."""
    first = Draw(f"smartflo-contract/numbers/{seed}".encode()).below(_SAFE.size)
    positions = ((first + position * _SAFE.step) % _SAFE.size for position in range(_AGENTS + _OWN_NUMBERS))
    return [f"{_SAFE.prefix}{position:0{_SAFE.digits}}" for position in positions]
