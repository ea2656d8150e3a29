"""The checker of the soak test: correct histories are accepted, and each kind of violation is found."""

import random
from collections.abc import Iterable, Iterator

import pytest

from .checker import Change, Checker, Read, Violation, Write, check

LISTS, LEADS = "lists", "leads"


def write(sent: float, acknowledged: float | None, *, client: int = 1, **values: str | None) -> Write:
    """Return a write of values by the keys of their registers."""
    changes = tuple(Change(LEADS, key, value) for key, value in values.items())
    return Write(client, f"write {values}", changes, sent, acknowledged)


def read(sent: float, ended: float, *, client: int = 1, **values: str) -> Read:
    """Return a read of values by the keys of their registers."""
    return Read(client, LEADS, sent, ended, {key: tuple(value.split()) for key, value in values.items()})


def kinds(*history: Write | Read) -> list[str]:
    """Return the kinds of the violations in a history."""
    return [violation.kind for violation in check(history)]


def test_read_after_acknowledgment() -> None:
    """A read returns what was acknowledged before, by its own client or another one."""
    history = (write(1, 2, a="1"), write(3, 4, a="2"), read(5, 6, a="2"), read(5, 6, client=2, a="2"))

    assert [] == kinds(*history)


@pytest.mark.parametrize("value", ["1", "2"])
def test_read_during_a_write(value: str) -> None:
    """A read that overlaps a write returns the old or the new value."""
    assert [] == kinds(write(1, 2, a="1"), write(3, 6, a="2"), read(4, 5, client=2, a=value))


@pytest.mark.parametrize("final", ["1", "2"])
def test_write_of_unknown_outcome(final: str) -> None:
    """A write without acknowledgment is applied, or not; it may be applied late, but it is not undone."""
    history = (write(1, 2, a="1"), write(3, None, a="2"), read(4, 5, a="1"))

    assert [] == kinds(*history, read(60, 61, a=final))
    assert ["stale read"] == kinds(*history, read(60, 61, a="2"), read(62, 63, a="1"))


def test_finds_lost_write() -> None:
    """A new lead that was acknowledged is not there, neither for its own client nor for another one."""
    history = (write(1, 2, a="1"), write(1, 2, client=2, b="2"))

    assert ["lost write"] == kinds(*history, read(3, 4, a="1"))
    assert ["lost write"] == kinds(*history, read(3, 4, client=3, b="2"))


def test_finds_lost_update() -> None:
    """An update that was acknowledged has no effect."""
    assert ["stale read"] == kinds(write(1, 2, a="1"), write(3, 4, a="2"), read(5, 6, a="1"))


def test_finds_read_that_goes_back_in_time() -> None:
    """A client reads a value, then an older one, though no acknowledgment shows which one is right."""
    history = (write(1, 2, a="1"), write(3, 9, a="2"), read(4, 5, client=2, a="2"))

    assert ["stale read"] == kinds(*history, read(6, 7, client=2, a="1"))
    assert ["stale read"] == kinds(*history, read(6, 7, client=3, a="1"))
    assert [] == kinds(*history, read(4.5, 7, client=3, a="1"))


def test_finds_lead_that_disappears_again() -> None:
    """A client sees a lead of unknown outcome, then it is gone."""
    assert ["lost write"] == kinds(write(1, None, a="1"), read(2, 3, a="1"), read(4, 5))


def test_finds_write_that_was_applied_twice() -> None:
    """A lead is there twice, after an acknowledgment and without one."""
    assert ["applied twice"] == kinds(write(1, 2, a="1"), read(3, 4, a="1 1"))
    assert ["applied twice"] == kinds(write(1, None, a="1"), read(3, 4, a="1 1"))


def test_finds_deleted_lead() -> None:
    """A lead that was deleted is there again."""
    history = (write(1, 2, a="1"), write(3, 4, a=None))

    assert [] == kinds(*history, read(5, 6))
    assert ["stale read"] == kinds(*history, read(5, 6), read(7, 8, a="1"))


def test_finds_value_that_nobody_wrote() -> None:
    """A value of another register, or a lead of another container."""
    assert ["never written", "never written"] == kinds(write(1, 2, a="1"), read(3, 4, a="7", b="1"))


def test_finds_bulk_write_that_was_applied_in_part() -> None:
    """A read that overlaps a bulk write contains one of its leads and not the other."""
    history = (write(1, 2, a="1", b="1"), write(3, 9, a="2", b="2"))

    assert [] == kinds(*history, read(4, 5, a="2", b="2"))
    assert ["applied in part"] == kinds(*history, read(4, 5, a="2", b="1"))
    assert ["applied in part"] == kinds(*history[:1], write(3, None, a=None, b=None), read(4, 5, b="1"))


def test_finds_read_of_two_states() -> None:
    """A read that overlaps two writes contains the later one, but not the one that was acknowledged before it."""
    history = (write(2, 3, a="1"), write(4, 5, client=2, b="2"))

    assert [] == kinds(*history, read(1, 6, client=3, a="1"))
    assert ["lost write"] == kinds(*history, read(1, 6, client=3, b="2"))


def test_finds_deleted_list() -> None:
    """The leads of a deleted list are gone, and those of an existing list are not."""
    checker = Checker()
    created = Write(1, "create", (Change(LISTS, "list", "1"),), 1)
    deleted = Write(1, "delete", (Change(LISTS, "list", None), Change(LEADS, "a", None)), 5)
    checker.send(created)
    checker.acknowledge(created, 2)
    checker.add_leads_container(LEADS, LISTS, "list")
    checker.send(added := write(3, None, a="1"))
    checker.acknowledge(added, 4)
    checker.read(Read(1, LEADS, 4.1, 4.2, None))
    checker.send(deleted)
    checker.read(Read(1, LEADS, 5.1, 5.2, None))
    assert ["lost list"] == [violation.kind for violation in checker.violations]
    checker.acknowledge(deleted, 6)
    checker.read(Read(1, LEADS, 7, 8, None))
    assert 1 == len(checker.violations)
    checker.read(read(7, 8))

    assert ["lost list", "deleted list is back"] == [violation.kind for violation in checker.violations]


def test_finds_rejected_write() -> None:
    """A write to a lead that exists is valid, so the store has lost the lead if the fake rejects the write."""
    checker = Checker()
    checker.send(rejected := write(1, None, a="1"))
    checker.reject(rejected, 2, "status 404: Lead not found.")

    assert "rejected write" == checker.violations[0].kind


def test_history_of_a_violation() -> None:
    """A violation has the writes of its register, what made the expected state known, and the read, in order."""
    history = (write(1, 2, a="1"), write(3, 8, a="2"), read(4, 5, client=2, a="2"), read(6, 7, client=3, a="1"))
    (violation,) = check(history)

    assert violation == Violation(
        "stale read",
        "a went back to 1",
        (
            "1.000 client 1: write {'a': '1'}: value 1, acknowledged at 2.000 [a]",
            "2.000 client 1: write {'a': '1'} is acknowledged [a]",
            "3.000 client 1: write {'a': '2'}: value 2, not acknowledged [a]",
            "5.000 client 2: reads 2 [a]",
            "7.000 client 3: reads leads, sent at 6.000: 1",
        ),
    )


@pytest.mark.parametrize("seed", range(20))
def test_accepts_history_of_a_correct_store(seed: int) -> None:
    """Operations that take effect at one moment between request and response violate nothing, at any interleaving."""
    assert [] == check(correct_history(seed))


@pytest.mark.parametrize("seed", range(20))
def test_finds_change_of_a_correct_history(seed: int) -> None:
    """A write that the last read misses is found, whatever happened before."""
    history = correct_history(seed)
    last = history.pop()
    assert isinstance(last, Read)
    assert last.values is not None
    missing = min(last.values)
    changed = {key: value for key, value in last.values.items() if key != missing}

    assert ["lost write"] == [violation.kind for violation in check([*history, last._replace(values=changed)])]


def correct_history(seed: int) -> list[Write | Read]:
    """Return random operations of four clients on a store in which each takes effect at one moment.

    The last operations are reads after all writes.
    """
    source = random.Random(seed)  # noqa: S311 - a reproducible choice, not a secret
    moments: list[tuple[float, Write | Read]] = []
    history: list[Write | Read] = []
    for client in range(4):
        ended, keys = 0.0, [f"{client}-{number}" for number in range(9)]
        for number in range(30):
            sent, moment, ended = sorted(ended + source.random() for _ in range(3))
            if source.random() < 0.5:
                moments.append((moment, read(sent, ended, client=client)))
                continue
            chosen = source.sample(keys, min(len(keys), source.randint(1, 2)))
            changes = (
                Change(LEADS, key, None if source.random() < 0.2 else f"{client}.{number}.{key}") for key in chosen
            )
            history.append(operation := Write(client, "write", tuple(changes), sent, ended))
            is_applied = source.random() > 0.1
            if not is_applied or source.random() < 0.1:  # its outcome is unknown, so the client stops to use its keys
                operation.acknowledged = None
                keys = [key for key in keys if key not in chosen]
            if is_applied:
                moments.append((moment, operation))
    moments += [(time, read(time, time + 1, client=9)) for time in (1_000.0, 2_000.0)]
    return history + list(reads_of(sorted(moments, key=lambda moment: moment[0])))


def reads_of(moments: Iterable[tuple[float, Write | Read]]) -> Iterator[Read]:
    """Apply writes in order, and yield the reads with what each of them returns."""
    state: dict[str, str] = {}
    for _, operation in moments:
        if isinstance(operation, Read):
            yield operation._replace(values={key: (value,) for key, value in state.items()})
            continue
        for change in operation.changes:
            state.pop(change.key, None)
            if change.value is not None:
                state[change.key] = change.value
