"""Check a history of writes and reads: nothing acknowledged is lost, nothing is applied twice, no read is stale.

The state is a set of containers: the lists of an account, and the leads of a list. A container consists of registers: a
lead with its value, or a list with its name. Each register has one writer, which writes no value twice, and which stops
after a write of unknown outcome. So every value that a read returns names the write that it comes from, and the writes
of a register are in one order.

A read must return, for every register, a write that

- was sent before the read ended;
- is not older than what was acknowledged, or read by any client, before the read began;
- is not older than what was acknowledged before another write was sent that the same read returns, because a read is
  one snapshot of its container.

A write of several registers is applied as a whole or not at all. The outcome of a write is unknown if the connection
was lost or the server answered 5xx: it may be applied at any time, once.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

Values = Mapping[str, Sequence[str]]
"""Key of each register that a read returned, to its values: one, unless something is wrong."""

ABSENT: Final = -1
"""Position of a register's state before its first write."""
_RECENT_SECONDS: Final = 120
"""A write of several registers is checked for this time after its acknowledgment. Later, each register is."""


class Change(NamedTuple):
    """What a write does to one register.

    Attributes:
        container: name of the container.
        key: key of the register.
        value: the new value; ``None`` deletes the register.
    """

    container: str
    key: str
    value: str | None


@dataclass
class Write:
    """A write.

    Attributes:
        client: number of the client.
        action: what was requested, for messages.
        changes: the changes, which are applied together.
        sent: time at which it was sent, in seconds.
        acknowledged: time of the acknowledgment; ``None`` if the outcome is unknown, or not known yet.
    """

    client: int
    action: str
    changes: tuple[Change, ...]
    sent: float
    acknowledged: float | None = None


class Read(NamedTuple):
    """A read of a container.

    Attributes:
        client: number of the client.
        container: name of the container.
        sent: time at which it was sent, in seconds.
        ended: time at which the response was complete.
        values: the registers; ``None`` if the response was that there is no such list.
    """

    client: int
    container: str
    sent: float
    ended: float
    values: Values | None


class Violation(NamedTuple):
    """What a store must not do.

    Attributes:
        kind: short name.
        message: what was read, and what was expected.
        history: the operations that show it, in order.
    """

    kind: str
    message: str
    history: tuple[str, ...]


class _Known(NamedTuple):
    """What is known from a time on: the state of a register is at least the one at a position."""

    time: float
    position: int
    evidence: str


@dataclass
class _Register:
    """The writes of one register in order, and what is known about its state."""

    container: str
    key: str
    writes: list[Write] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)
    known: list[_Known] = field(default_factory=list)

    def floor(self, time: float) -> int:
        """Return the position that was reached before a time."""
        index = bisect_left(self.known, time, key=lambda known: known.time)
        return self.known[index - 1].position if index else ABSENT

    def reach(self, time: float, position: int, evidence: str) -> None:
        """Note that a position was reached."""
        if position > (self.known[-1].position if self.known else ABSENT):
            self.known.append(_Known(time, position, evidence))

    def positions(self, value: str | None, ended: float) -> list[int]:
        """Return the positions at which the register has a value, of the writes that were sent before a time."""
        first = [ABSENT] if value is None else []
        return first + [
            position
            for position, (write, written) in enumerate(zip(self.writes, self.values, strict=True))
            if written == value and write.sent < ended
        ]

    def history(self) -> list[tuple[float, str]]:
        """Return time and text of the writes, and of what made a state known."""
        entries = []
        for write, value in zip(self.writes, self.values, strict=True):
            outcome = "not acknowledged" if write.acknowledged is None else f"acknowledged at {write.acknowledged:.3f}"
            state = "deletes it" if value is None else f"value {value}"
            entries.append((write.sent, f"{write.sent:.3f} client {write.client}: {write.action}: {state}, {outcome}"))
        return entries + [(known.time, f"{known.time:.3f} {known.evidence}") for known in self.known]


@dataclass
class _Container:
    """The registers of a container.

    Attributes:
        registers: by key.
        live: keys of those that may exist.
        joint: writes of several registers of the container.
        list_register: the register of the list whose leads these are; ``None`` for a list that nobody deletes.
    """

    registers: dict[str, _Register] = field(default_factory=dict)
    live: set[str] = field(default_factory=set)
    joint: list[Write] = field(default_factory=list)
    list_register: _Register | None = None


class Checker:
    """Checks operations while they are executed. Times must not decrease from call to call.

    Attributes:
        violations: what was found so far.
    """

    def __init__(self) -> None:
        """Start with an empty history."""
        self.violations: list[Violation] = []
        self._containers: dict[str, _Container] = {}

    def add_leads_container(self, container: str, lists: str, key: str) -> None:
        """State that a container has the leads of a list, so that it exists as long as the register of the list.

        Args:
            container: the container.
            lists: the container of the list.
            key: key of the list.
        """
        list_register = self._containers[lists].registers[key]
        self._containers.setdefault(container, _Container()).list_register = list_register

    def send(self, write: Write) -> None:
        """Note that a write was sent."""
        for change in write.changes:
            container = self._containers.setdefault(change.container, _Container())
            register = container.registers.setdefault(change.key, _Register(change.container, change.key))
            register.writes.append(write)
            register.values.append(change.value)
            container.live.add(change.key)
        names = {change.container for change in write.changes}
        for name in names:
            if sum(change.container == name for change in write.changes) > 1:
                self._containers[name].joint.append(write)

    def acknowledge(self, write: Write, time: float) -> None:
        """Note that a write was acknowledged."""
        write.acknowledged = time
        for change in write.changes:
            container = self._containers[change.container]
            register = container.registers[change.key]
            position = next(index for index, each in enumerate(register.writes) if each is write)
            register.reach(time, position, f"client {write.client}: {write.action} is acknowledged")
            if change.value is None:
                container.live.discard(change.key)  # a read that misses it is right from now on

    def reject(self, write: Write, time: float, response: str) -> None:
        """Note that a write was rejected, though every write of a history is valid."""
        registers = [self._containers[change.container].registers[change.key] for change in write.changes]
        line = f"{time:.3f} client {write.client}: {write.action}: {response}"
        self._report("rejected write", f"{write.action}: expected success, got {response}", registers, line)

    def report_response(self, client: int, action: str, time: float, response: str) -> None:
        """Report a response that no operation may get."""
        line = f"{time:.3f} client {client}: {action}: {response}"
        self.violations.append(Violation("unexpected response", f"{action}: {response}", (line,)))

    def read(self, read: Read) -> None:
        """Check a read."""
        container = self._containers.setdefault(read.container, _Container())
        exists = self._check_list(container, read)
        if read.values is None or not exists:
            return
        sent = self._snapshot_time(container, read)
        ranges: dict[str, tuple[int, int]] = {}
        for key in container.live | read.values.keys():
            register = container.registers.get(key)
            values = read.values.get(key, ())
            if register is None:
                self._report_unknown(read, key, values)
            else:
                ranges[key] = self._check_register(register, read, values, sent)
        self._check_joint_writes(container, read, ranges)
        for key, (low, _) in ranges.items():
            container.registers[key].reach(
                read.ended, low, f"client {read.client}: reads {_text(read.values.get(key))}"
            )

    def _check_list(self, container: _Container, read: Read) -> bool:
        """Check whether the list of a container may exist, or be gone, as a read states; return whether it exists."""
        register = container.list_register
        if register is None:
            if read.values is None:
                self._report("lost list", f"{read.container}: no such list", [], _line(read, "no such list"))
            return read.values is not None
        floor = register.floor(read.sent)
        if read.values is None:
            possible = register.positions(None, read.ended)
            text = "no such list"
        else:
            possible = [
                position
                for position, value in enumerate(register.values)
                if value is not None and register.writes[position].sent < read.ended
            ]
            text = "the list exists"
        reached = [position for position in possible if position >= floor]
        if not reached:
            kind = "lost list" if read.values is None else "deleted list is back"
            self._report(kind, f"{read.container}: {text}", [register], _line(read, text))
        return read.values is not None

    def _snapshot_time(self, container: _Container, read: Read) -> float:
        """Return a time after which the snapshot of a read was taken: it contains what was sent at that time."""
        sent = read.sent
        for key, values in (read.values or {}).items():
            register = container.registers.get(key)
            for value in values if register is not None else ():
                assert register is not None
                sent = max([sent, *(register.writes[at].sent for at in register.positions(value, read.ended))])
        return sent

    def _check_register(self, register: _Register, read: Read, values: Sequence[str], sent: float) -> tuple[int, int]:
        """Check what a read returned of a register; return the lowest and the highest position that it may have."""
        if len(values) > 1:
            text = f"{len(values)} times: {', '.join(values)}"
            self._report("applied twice", f"{register.key} is there {text}", [register], _line(read, text))
        value = values[0] if values else None
        positions = register.positions(value, read.ended)
        floor = register.floor(sent)
        reached = [position for position in positions if position >= floor]
        if reached:
            return reached[0], reached[-1]
        if not positions:
            message, kind = f"{register.key}: {_text(values)} was never written", "never written"
        elif value is None:
            message, kind = f"{register.key} is lost", "lost write"
        else:
            message, kind = f"{register.key} went back to {_text(values)}", "stale read"
        self._report(kind, message, [register], _line(read, _text(values)))
        return floor, len(register.writes) - 1

    def _check_joint_writes(self, container: _Container, read: Read, ranges: Mapping[str, tuple[int, int]]) -> None:
        """Check that each write of several registers is visible as a whole or not at all."""
        container.joint = [
            write
            for write in container.joint
            if write.acknowledged is None or write.acknowledged > read.ended - _RECENT_SECONDS
        ]
        for write in container.joint:
            if write.sent >= read.ended or (write.acknowledged is not None and write.acknowledged < read.sent):
                continue
            keys = [change.key for change in write.changes if change.container == read.container]
            at = {key: container.registers[key].writes.index(write) for key in keys if key in ranges}
            applied = [key for key, position in at.items() if ranges[key][0] >= position]
            missing = [key for key, position in at.items() if ranges[key][1] < position]
            if applied and missing:
                registers = [container.registers[key] for key in (applied[0], missing[0])]
                message = f"{write.action} is visible in {applied[0]} and not in {missing[0]}"
                self._report("applied in part", message, registers, _line(read, message))

    def _report_unknown(self, read: Read, key: str, values: Sequence[str]) -> None:
        message = f"{key}: {_text(values)} was never written to {read.container}"
        self._report("never written", message, [], _line(read, _text(values)))

    def _report(self, kind: str, message: str, registers: Iterable[_Register], line: str) -> None:
        entries = [(time, f"{text} [{register.key}]") for register in registers for time, text in register.history()]
        history = (*(text for _, text in sorted(entries)), line)
        self.violations.append(Violation(kind, message, history))


def check(history: Iterable[Write | Read]) -> list[Violation]:
    """Check a complete history in memory; return what is wrong."""
    checker = Checker()
    events: list[tuple[float, int, Write | Read]] = []
    for operation in history:
        if isinstance(operation, Read):
            events.append((operation.ended, 2, operation))
        else:
            events.append((operation.sent, 0, operation))
            if operation.acknowledged is not None:
                events.append((operation.acknowledged, 1, operation))
    for time, step, operation in sorted(events, key=lambda event: event[:2]):
        if isinstance(operation, Read):
            checker.read(operation)
        elif step == 0:
            operation.acknowledged = None
            checker.send(operation)
        else:
            checker.acknowledge(operation, time)
    return checker.violations


def _line(read: Read, text: str) -> str:
    return f"{read.ended:.3f} client {read.client}: reads {read.container}, sent at {read.sent:.3f}: {text}"


def _text(values: Sequence[str] | None) -> str:
    return ", ".join(values) if values else "nothing"
