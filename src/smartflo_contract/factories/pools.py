"""Pools of realistic words, built by Faker on first use and stable for one version of Faker.

Entries are sorted shortest first and contain nothing that JSON would escape.
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

EPOCH_MS: Final = 1_696_428_233_000
"""The present of the generated leads, in epoch ms: the time of the vendor's sample."""

_MIN_AGE_YEARS, _MAX_AGE_YEARS = 21, 70
"""Ages at ``EPOCH_MS``. They stay between 18 and 80 for ten years."""


class Person(NamedTuple):
    """A part of a name, and its spelling in an e-mail address."""

    text: str
    slug: str


class Birthday(NamedTuple):
    """A date of birth (ISO 8601), and the age at ``EPOCH_MS`` in years."""

    text: str
    age: int


class SkillList(NamedTuple):
    """The id of a skill list, and its JSON as ``dialer_skill``."""

    id: int
    text: str


class Pools(NamedTuple):
    """The pools that Faker builds."""

    first_names: tuple[Person, ...]
    last_names: tuple[Person, ...]
    cities: tuple[str, ...]
    companies: tuple[str, ...]


@cache
def pools() -> Pools:
    """Return the pools. The first call imports Faker and takes about half a second."""
    from faker import Faker  # noqa: PLC0415  # slow to import, and not needed to start a server

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
    today = datetime.fromtimestamp(EPOCH_MS / 1000, UTC).date()
    first = today.replace(year=today.year - _MAX_AGE_YEARS).toordinal()
    last = today.replace(year=today.year - _MIN_AGE_YEARS).toordinal()
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
    """Return the distinct ASCII results of a number of draws, shortest first."""
    words = {draw() for _ in range(_DRAWS)}
    plain = (word for word in words if word.isascii() and '"' not in word)
    return tuple(sorted(plain, key=lambda word: (len(word), word)))


def _people(draw: Callable[[], str]) -> tuple[Person, ...]:
    return tuple(Person(word, word.lower()) for word in _pool(draw) if word.isalpha())
