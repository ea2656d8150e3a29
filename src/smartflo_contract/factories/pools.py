"""Pools of realistic words, built by Faker when first needed and stable for one version of Faker.

Entries are sorted shortest first and free of anything that JSON would escape.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import Final, NamedTuple

_SEED: Final = 8668
_DRAWS: Final = 1000

DOMAINS: Final = ("example.com", "example.net", "example.org")
STREETS: Final = ("MG Road", "Station Road", "Park Street", "Temple Road", "Gandhi Nagar", "Lake View", "Market Yard")
BUSINESSES: Final = (
    "Cloud",
    "Retail",
    "Banking",
    "Pharma",
    "Telecom",
    "Textiles",
    "Logistics",
    "Insurance",
    "Education",
)
SKILLS: Final = ("Hindi", "Tamil", "English", "Kannada", "Marathi", "Gujarati")
WORDS: Final = (
    "Red",
    "Gold",
    "East",
    "West",
    "Prime",
    "North",
    "South",
    "Green",
    "Silver",
    "Direct",
    "Online",
    "Weekly",
)
PHRASES: Final = tuple(f"{first} {last}" for first in WORDS for last in WORDS if first != last)

EPOCH: Final = 1_696_428_233_000
"""The world's present, in epoch ms: the time of the vendor's sample."""

_YOUNGEST, _OLDEST = 21, 70
"""Ages at EPOCH; they stay between 18 and 80 for ten years."""


class Person(NamedTuple):
    """A part of a name and how an e-mail spells it."""

    text: str
    slug: str


class Birthday(NamedTuple):
    """A date of birth, ISO 8601, and the age at EPOCH in years."""

    text: str
    age: int


class SkillList(NamedTuple):
    """The id of a skill list, and its JSON as ``dialer_skill``."""

    id: int
    text: str


class Pools(NamedTuple):
    """All pools that need Faker."""

    first_names: tuple[Person, ...]
    last_names: tuple[Person, ...]
    cities: tuple[str, ...]
    companies: tuple[str, ...]


@cache
def pools() -> Pools:
    """Return the pools; the first call imports Faker and takes about half a second."""
    from faker import Faker  # noqa: PLC0415  # slow to import; a server starts without it

    fake = Faker("en_IN")
    fake.seed_instance(_SEED)
    return Pools(
        first_names=_people(fake.first_name),
        last_names=_people(fake.last_name),
        cities=_pool(fake.city),
        companies=_pool(fake.company),
    )


@cache
def birthdays() -> tuple[Birthday, ...]:
    """Return every date of birth from the youngest to the oldest adult."""
    today = datetime.fromtimestamp(EPOCH / 1000, UTC).date()
    first = today.replace(year=today.year - _OLDEST).toordinal()
    last = today.replace(year=today.year - _YOUNGEST).toordinal()
    days = (date.fromordinal(day) for day in range(first, last + 1))
    return tuple(
        Birthday(day.isoformat(), today.year - day.year - ((today.month, today.day) < (day.month, day.day)))
        for day in days
    )


@cache
def skill_lists() -> tuple[SkillList, ...]:
    """Return every skill list that a lead may be assigned to."""
    names = ((100 + number, SKILLS[number % len(SKILLS)]) for number in range(900))
    return tuple(SkillList(skill_id, f'{{"id":{skill_id},"name":"{name}"}}') for skill_id, name in names)


def _pool(draw: Callable[[], str]) -> tuple[str, ...]:
    found = {draw() for _ in range(_DRAWS)}
    return tuple(sorted((text for text in found if text.isascii() and '"' not in text), key=lambda t: (len(t), t)))


def _people(draw: Callable[[], str]) -> tuple[Person, ...]:
    return tuple(Person(text, text.lower()) for text in _pool(draw) if text.isalpha())
