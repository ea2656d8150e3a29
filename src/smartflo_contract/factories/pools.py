"""Pools of realistic words. Names, cities and companies are in ``pools.json``: words that Faker drew for India.

Entries are sorted shortest first and contain nothing that JSON would escape.
"""

from calendar import isleap
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import orjson

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
_TODAY: Final = datetime.fromtimestamp(EPOCH_MS / 1000, UTC).date()
_DAY_OF_YEAR: Final = _TODAY.isoformat()[4:]


class Person(NamedTuple):
    """A part of a name, and its spelling in an e-mail address."""

    text: str
    slug: str


class SkillList(NamedTuple):
    """The id of a skill list, and its JSON as ``dialer_skill``."""

    id: str
    text: str


class Pools(NamedTuple):
    """The pools in ``pools.json``."""

    first_names: tuple[Person, ...]
    last_names: tuple[Person, ...]
    cities: tuple[str, ...]
    companies: tuple[str, ...]


@cache
def pools() -> Pools:
    """Return the pools of ``pools.json``."""
    words = orjson.loads(files(__package__).joinpath("pools.json").read_bytes())
    return Pools(
        first_names=tuple(Person(name, name.lower()) for name in words["first_names"]),
        last_names=tuple(Person(name, name.lower()) for name in words["last_names"]),
        cities=tuple(words["cities"]),
        companies=tuple(words["companies"]),
    )


@cache
def birth_dates() -> tuple[str, ...]:
    """Return every date of birth (ISO 8601) from the youngest to the oldest adult."""
    first, last = (_TODAY.replace(year=_TODAY.year - age).isoformat() for age in (_MAX_AGE_YEARS, _MIN_AGE_YEARS))
    leap_year, common_year = _days(2000), _days(2001)
    dates = [
        f"{year}{day}"  # much faster than `isoformat`
        for year in range(_TODAY.year - _MAX_AGE_YEARS, _TODAY.year - _MIN_AGE_YEARS + 1)
        for day in (leap_year if isleap(year) else common_year)
    ]
    return tuple(dates[dates.index(first) : dates.index(last) + 1])


def _days(year: int) -> list[str]:
    """Return month and day of every day of a year, as in ``-01-31``."""
    first = date(year, 1, 1).toordinal()
    return [date.fromordinal(first + number).isoformat()[4:] for number in range(366 if isleap(year) else 365)]


def age_of(date_of_birth: str) -> int:
    """Return the age at ``EPOCH_MS`` in years."""
    has_had_birthday = date_of_birth[4:] <= _DAY_OF_YEAR
    return _TODAY.year - int(date_of_birth[:4]) - (not has_had_birthday)


@cache
def skill_lists() -> tuple[SkillList, ...]:
    """Return every skill list that a lead may be assigned to."""
    names = ((100 + number, SKILLS[number % len(SKILLS)]) for number in range(900))
    return tuple(SkillList(str(skill_id), f'{{"id":{skill_id},"name":"{name}"}}') for skill_id, name in names)
