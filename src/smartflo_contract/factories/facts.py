"""The facts of leads: everything that differs between the leads of a list, from one digest for each lead.

Facts are strings that JSON need not escape, so that a lead is a template that is filled once.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import accumulate
from struct import Struct, pack
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from smartflo_contract.factories._status_model import OTHER_STATUS, STATUSES
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.pools import (
    BUSINESSES,
    DOMAINS,
    EPOCH_MS,
    PHRASES,
    STREETS,
    age_of,
    birth_dates,
    pools,
    skill_lists,
)
from smartflo_contract.schemas.lead_format import HALF_DAY_SECONDS

Phones: TypeAlias = Literal["safe", "valid"]
_T = TypeVar("_T")

DAY_MS: Final = 24 * 60 * 60 * 1000
_DIGEST_BYTES: Final = 64
_ID_TAIL: Final = 16
"""Position of the list number from which the ids of its leads follow."""
_BLOCKS: Final = 0x1FFFFF
"""Highest number of a block of 2**32 integer lead ids; the last id of that block is 2**53 - 1."""
_OBJECT_ID_BYTES: Final = 12
_COUNTRY_CODE: Final = "+91"
_HOUSES: Final = tuple(str(number) for number in range(1, 200))
_SCORES: Final = tuple(str(score) for score in range(300, 901))
_PRIORITIES: Final = tuple(str(priority) for priority in range(1, 31))
_TIME_GROUPS: Final = tuple(str(group) for group in range(10, 100))
_EMAIL_ENDS: Final = tuple(f"{number % 100}@{DOMAINS[number % 3]}" for number in range(300))
"""Ends of e-mail addresses after the name: each of 100 numbers at each domain."""
_NO_SKILL_LIST: Final = ("null", "null")
_YEAR_SECONDS: Final = 365 * 24 * 60 * 60
_NUMBERS_32_BIT: Final = 1 << 32
_NEW: Final = 1
"""Dial status of a lead that was never dialled."""
_UNDISPOSED: Final = -1


class Series(NamedTuple):
    """A series of phone numbers in an order that looks random.

    Number ``n`` of a list is ``prefix`` followed by the digits of ``(n * step + start) mod size``. Step and size have
    no common divisor, so the first ``size`` numbers of a list differ, and the leads with a number can be computed.

    Attributes:
        prefix: prefix of all numbers.
        digits: number of digits after the prefix.
        step: distance between consecutive numbers.
    """

    prefix: str
    digits: int
    step: int

    @property
    def size(self) -> int:
        """Number of phone numbers in the series."""
        return int(10**self.digits)

    @property
    def first(self) -> int:
        """The first number of the series, without the country code."""
        return int(self.prefix.removeprefix(_COUNTRY_CODE)) * self.size


SERIES: Final[dict[Phones, Series]] = {
    "safe": Series("+915550", 6, 618_033),
    "valid": Series("+9198", 8, 61_803_399),
}
"""``safe``: look like Indian numbers but cannot be dialled, because those start with 6 to 9 (mobile) or an area code.
555 is neither. ``valid``: numbers that may belong to somebody."""


class Facts(NamedTuple):
    """The facts that a template may name in braces, as strings. Times are in epoch ms.

    Facts from ``created_early`` on are rare. ``position`` is the lead's index, a number.
    """

    position: int
    object_id: str
    phone: str
    alternate_phone: str
    created: str
    updated: str
    available: str
    dial_status: str
    lead_picked: str
    call_count: str
    retry_count: str
    disposition: str
    undisposed_lead: str
    first_name: str
    last_name: str
    first_slug: str
    last_slug: str
    email_end: str
    house: str
    street: str
    city: str
    company: str
    date_of_birth: str
    credit_score: str
    business: str
    priority: str
    optional_skill_id: str
    optional_dialer_skill: str
    optional_time_group: str
    created_early: str
    lead_number: str
    pincode: str
    age: str
    skill_id: str
    dialer_skill: str
    time_group: str
    phrase_a: str
    phrase_b: str
    phrase_c: str


FACT_POSITIONS: Final = {name: position for position, name in enumerate(Facts._fields)}
"""Position of each fact by name."""
COMMON_FACTS: Final = FACT_POSITIONS["created_early"]
"""Number of facts before the rare ones."""

_Column: TypeAlias = Sequence[str]
"""A fact of some leads."""
FactColumns: TypeAlias = tuple[Sequence[Any], ...]
"""The facts of some leads, a column each, in the order of :class:`Facts`."""


class _Numbers(NamedTuple):
    """The numbers of some leads, a column each: sixteen columns of 16-bit numbers, then eight of 32-bit numbers."""

    name: Sequence[int]
    surname: Sequence[int]
    city: Sequence[int]
    company: Sequence[int]
    score: Sequence[int]
    house: Sequence[int]
    other: Sequence[int]
    skill: Sequence[int]
    group: Sequence[int]
    priority: Sequence[int]
    calls: Sequence[int]
    phrase: Sequence[int]
    birth: Sequence[int]
    mailbox: Sequence[int]
    wait: Sequence[int]
    outcome: Sequence[int]
    status: Sequence[int]
    age: Sequence[int]
    changed: Sequence[int]
    pin: Sequence[int]
    business: Sequence[int]
    alternate: Sequence[int]
    street: Sequence[int]
    words: Sequence[int]


def fact_function(
    seed: int,
    list_id: int,
    *,
    phones: Phones = "safe",
    dial_status: Mapping[int, float] | None = None,
    disposition: Mapping[int, float] | None = None,
    is_allowed: Callable[[str, int], bool] | None = None,
    rare: bool = True,
) -> Callable[[Sequence[int]], FactColumns]:
    """Return the function from the indexes of some leads to their facts.

    Facts are computed column by column, which takes less than half of the time that lead by lead would take.

    Args:
        seed: seed of the list or the catalog.
        list_id: id of the list.
        phones: series of phone numbers.
        dial_status: dial status to weight; ``None`` for the default mix.
        disposition: disposition to weight; ``None`` for those that fit the dial status.
        is_allowed: whether a key may have a value; others are not drawn where there is a choice. ``None`` for any.
        rare: include the rare facts; without them, a lead takes a fifth less time.
    """
    if dial_status is None and disposition is None and is_allowed is None:
        statuses = _default_statuses()
    else:
        statuses = _weighted(_status_choices(dial_status, disposition, is_allowed or _allow_all))
    list_digest = _list_digest(seed, list_id)
    id_number = _list_numbers(seed, list_id)[_ID_TAIL]
    series, start = SERIES[phones], phone_start(seed, list_id, SERIES[phones])

    def facts(indexes: Sequence[int]) -> FactColumns:
        numbers = _numbers(list_digest, indexes)
        status, is_new, was_called = _status_facts(numbers, *statuses)
        created, updated, available = _times(numbers, is_new, was_called)
        columns = (
            indexes,
            _object_ids(created, id_number, indexes),
            *_phone_facts(numbers, series, start, indexes),
            *(list(map(repr, times)) for times in (created, updated, available)),
            *status,
            *_person_facts(numbers),
            *_setting_facts(numbers),
        )
        return (*columns, *_rare_facts(numbers, created, id_number, indexes)) if rare else columns

    return facts


def lead_id_parts(seed: int, list_id: int) -> tuple[str, int]:
    """Return what all lead ids of a list share: eight hexadecimal digits, and the number of its block of 2**32 ids."""
    number = _list_numbers(seed, list_id)[_ID_TAIL]
    return f"{number:08x}", number & _BLOCKS


def _list_numbers(seed: int, list_id: int) -> tuple[int, ...]:
    """Return the numbers of a list as a whole."""
    return _digest_struct(1).unpack(_list_digest(seed, list_id).digest())


def _list_digest(seed: int, list_id: int) -> "blake2b":
    return blake2b(f"{seed}/{list_id}".encode(), digest_size=_DIGEST_BYTES)


@lru_cache(maxsize=256)
def _digest_struct(count: int) -> Struct:
    """Return the form of some digests: sixteen 16-bit numbers and eight 32-bit numbers each."""
    return Struct(f"<{'16H8I' * count}")


def _numbers(list_digest: "blake2b", indexes: Sequence[int]) -> _Numbers:
    """Return the numbers of some leads, one digest for each lead."""
    digests = []
    for index in indexes:
        digest = list_digest.copy()
        digest.update(index.to_bytes(8, "big"))
        digests.append(digest.digest())
    numbers = _digest_struct(len(digests)).unpack(b"".join(digests))
    count = len(_Numbers._fields)
    return _Numbers._make([numbers[column::count] for column in range(count)])


def _status_facts(
    numbers: _Numbers, choices: Sequence["_StatusChoice"], status_limits: Sequence[int]
) -> tuple[tuple[_Column, ...], Sequence[bool], Sequence[bool]]:
    """Return the facts of the dial status, whether the leads are new, and whether they were called."""
    chosen = [choices[bisect_right(status_limits, number)] for number in numbers.status]
    dial_status, picked, is_new, calls, dispositions, limits = zip(*chosen, strict=True)
    counts = [options[number % len(options)] for options, number in zip(calls, numbers.calls, strict=True)]
    call_count, retry_count, was_called = zip(*counts, strict=True)
    outcomes = [
        options[bisect_right(limits_of_options, number << 16)]
        for options, limits_of_options, number in zip(dispositions, limits, numbers.outcome, strict=True)
    ]
    disposition, undisposed_lead = zip(*outcomes, strict=True)
    return (dial_status, picked, call_count, retry_count, disposition, undisposed_lead), is_new, was_called


def _times(
    numbers: _Numbers, is_new: Sequence[bool], was_called: Sequence[bool]
) -> tuple[list[int], list[int], list[int]]:
    """Return the times of creation, of the last change, and of the next call, in epoch ms."""
    ages = [age % _YEAR_SECONDS * 1000 + words % 1000 for age, words in zip(numbers.age, numbers.words, strict=True)]
    created = [EPOCH_MS - age for age in ages]
    updated = [
        time if new else time + changed % (age + 1)
        for time, new, changed, age in zip(created, is_new, numbers.changed, ages, strict=True)
    ]
    available = [
        time + wait % 3 * DAY_MS if called else time
        for time, called, wait in zip(updated, was_called, numbers.wait, strict=True)
    ]
    return created, updated, available


def _object_ids(created: Sequence[int], id_number: int, indexes: Sequence[int]) -> _Column:
    """Return 24 hexadecimal digits for each lead: the time in seconds, the number of its list, and its index."""
    words = [id_number] * (3 * len(created))
    words[0::3] = [time // 1000 for time in created]
    words[2::3] = indexes
    return pack(f">{len(words)}I", *words).hex(",", _OBJECT_ID_BYTES).split(",")


def _phone_facts(numbers: _Numbers, series: Series, start: int, indexes: Sequence[int]) -> tuple[_Column, _Column]:
    """Return the phone numbers and the alternate ones, which one lead in four has."""
    first, step, size = series.first, series.step, series.size
    return (
        [f"{_COUNTRY_CODE}{first + (index * step + start) % size}" for index in indexes],
        [
            "" if other & 3 else f"{_COUNTRY_CODE}{first + number % size}"
            for other, number in zip(numbers.other, numbers.alternate, strict=True)
        ],
    )


def _person_facts(numbers: _Numbers) -> tuple[_Column, ...]:
    """Return the facts about the person."""
    first_names, last_names, cities, companies = pools()
    first_name, first_slug = zip(*_pick(first_names, numbers.name), strict=True)
    last_name, last_slug = zip(*_pick(last_names, numbers.surname), strict=True)
    return (
        first_name,
        last_name,
        first_slug,
        last_slug,
        _pick(_EMAIL_ENDS, numbers.mailbox),
        _pick(_HOUSES, numbers.house),
        _pick(STREETS, numbers.street),
        _pick(cities, numbers.city),
        _pick(companies, numbers.company),
        _pick(birth_dates(), numbers.birth),
        _pick(_SCORES, numbers.score),
        _pick(BUSINESSES, numbers.business),
    )


def _setting_facts(numbers: _Numbers) -> tuple[_Column, ...]:
    """Return the priority, and the skill list and time group, which half of the leads have."""
    skills, groups = skill_lists(), _TIME_GROUPS
    skill_count, group_count = len(skills), len(groups)
    present = [
        skills[number % skill_count] if number & 0x4000 else _NO_SKILL_LIST  # half of the numbers have this bit
        for number in numbers.skill
    ]
    return (
        _pick(_PRIORITIES, numbers.priority),
        *zip(*present, strict=True),
        [groups[number % group_count] if number & 0x4000 else "null" for number in numbers.group],
    )


def _rare_facts(
    numbers: _Numbers, created: Sequence[int], id_number: int, indexes: Sequence[int]
) -> tuple[_Column, ...]:
    """Return the rare facts."""
    first_number = ((id_number & _BLOCKS) << 32) + 1
    return (
        [str(time - 1000 * HALF_DAY_SECONDS) for time in created],
        [str(first_number + index) for index in indexes],
        [str(110_001 + number % 740_000) for number in numbers.pin],
        [str(age_of(date)) for date in _pick(birth_dates(), numbers.birth)],
        *zip(*_pick(skill_lists(), numbers.skill), strict=True),
        _pick(_TIME_GROUPS, numbers.group),
        _pick(PHRASES, numbers.phrase),
        _pick(PHRASES, numbers.words),
        _pick(PHRASES, [number >> 16 for number in numbers.words]),
    )


def _pick(options: Sequence[_T], numbers: Sequence[int]) -> list[_T]:
    """Return the option that each number selects."""
    count = len(options)
    return [options[number % count] for number in numbers]


def client_of(seed: int, list_id: int) -> int:
    """Return the id of the client that created a list and its leads."""
    return 1000 + Draw(f"client/{seed}/{list_id}".encode()).below(9000)


def phone_start(seed: int, list_id: int, series: Series) -> int:
    """Return the position in a series at which a list starts."""
    return Draw(f"phone/{seed}/{list_id}".encode()).below(series.size)


class _StatusChoice(NamedTuple):
    """A dial status, and what fits it.

    Attributes:
        dial_status: the dial status.
        lead_picked: value of ``lead_picked``.
        is_new: whether a lead with the status was never dialled.
        calls: ``call_count``, ``retry_count``, and whether there was a call, for each number of calls.
        dispositions: ``dialer_dial_status`` and ``undisposed_lead``, for each disposition.
        limits: the numbers at which one disposition ends and the next starts.
    """

    dial_status: str
    lead_picked: str
    is_new: bool
    calls: Sequence[tuple[str, str, bool]]
    dispositions: Sequence[tuple[str, str]]
    limits: Sequence[int]


def _status_choices(
    dial_status: Mapping[int, float] | None,
    disposition: Mapping[int, float] | None,
    is_allowed: Callable[[str, int], bool],
) -> Iterator[tuple[_StatusChoice, float]]:
    """Yield each dial status with its weight."""
    default = {status: model.weight for status, model in STATUSES.items()}
    for status, weight in _allowed_weights("dial_status", dial_status or default, is_allowed).items():
        model = STATUSES.get(status, OTHER_STATUS)
        min_calls, max_calls = model.calls
        mix = _allowed_weights("dialer_dial_status", disposition or model.dispositions, is_allowed)
        dispositions, limits = _weighted(mix.items())
        choice = _StatusChoice(
            dial_status=str(status),
            lead_picked=str(model.picked),
            is_new=status == _NEW,
            calls=[(str(calls), str(max(0, calls - 1)), calls > 0) for calls in range(min_calls, max_calls + 1)],
            dispositions=[(str(value), "true" if value == _UNDISPOSED else "false") for value in dispositions],
            limits=limits,
        )
        yield choice, weight


def _allow_all(_key: str, _value: int) -> bool:
    return True


@cache
def _default_statuses() -> tuple[tuple[_StatusChoice, ...], list[int]]:
    """Return the statuses of a list without weights of its own, which nearly all lists share."""
    return _weighted(_status_choices(None, None, _allow_all))


def _allowed_weights(
    key: str, weights: Mapping[int, float], is_allowed: Callable[[str, int], bool]
) -> Mapping[int, float]:
    """Return the weights of allowed values; all weights if no value is allowed."""
    positive = {value: weight for value, weight in weights.items() if weight}
    return {value: weight for value, weight in positive.items() if is_allowed(key, value)} or positive


def _weighted(options: Iterable[tuple[_T, float]]) -> tuple[tuple[_T, ...], list[int]]:
    """Return the options, and the 32-bit numbers at which one option ends and the next starts."""
    values, weights = zip(*options, strict=True)
    shares = (weight / sum(weights) for weight in weights)
    return values, [int(limit * _NUMBERS_32_BIT) for limit in accumulate(shares)][:-1]
