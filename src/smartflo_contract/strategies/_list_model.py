"""What a client may rely on about the leads of one list, after the writes that the API acknowledged."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias

Lead: TypeAlias = Mapping[str, Any]

PHONE_KEY: Final = "field_0"
DIALLED_KEYS: Final = frozenset(
    {
        "dial_status",
        "dialer_dial_status",
        "lead_picked",
        "undisposed_lead",
        "call_count",
        "retry_count",
        "updated_at",
        "available_at",
    }
)
"""Keys that calls change."""
COUNTERS: Final = ("call_count", "retry_count", "updated_at")
"""Keys whose values never fall."""
NEW: Final = 1
"""Value of ``dial_status`` for leads that are due for a call."""
_PHONE_DIGITS: Final = 10
_MISSING: Final = "nothing"


class ListModel:
    """The leads of a list as they were last read, and what writes have changed since.

    Attributes:
        list_id: id of the list.
        leads: the leads by ``lead_id``, with the values of acknowledged writes.
        is_read: whether the list was read since it may have changed.
    """

    def __init__(self, list_id: int) -> None:
        """Start with an empty list."""
        self.list_id = list_id
        self.leads: dict[Any, dict[str, Any]] = {}
        self.is_read = False
        self._added: list[dict[str, Any]] = []
        self._edited: dict[Any, set[str]] = {}
        self._overwritten: list[tuple[list[Any], Lead]] = []
        self._deleted: set[Any] = set()
        self._is_dialled = False
        self._may_call = False

    def adopt(self, leads: Iterable[Lead]) -> None:
        """Accept the leads of a list that existed before."""
        self.leads = {lead["lead_id"]: dict(lead) for lead in leads}
        self.is_read = True

    def dial(self) -> None:
        """Expect calls from now on: a broadcast of the list was started or resumed."""
        self._is_dialled = self._may_call = True
        self.is_read = False

    def advance(self) -> None:
        """Expect the calls of some time, if a broadcast of the list was ever started."""
        self._may_call = self._is_dialled
        self.is_read = False

    def add(self, values: Lead, duplicate_option: str) -> None:
        """Expect a lead with some values; of a number that the list has, what the duplicate option states."""
        self.is_read = False
        same = [lead_id for lead_id, lead in self.leads.items() if _equal(PHONE_KEY, lead, values)]
        added = [row for row in self._added if _equal(PHONE_KEY, row, values)]
        if duplicate_option == "clone" or not (same or added):
            self._added.append({"dial_status": NEW, "call_count": 0, **values})
        elif duplicate_option == "overwrite" and same:
            self._overwritten.append((same, values))
        elif duplicate_option == "overwrite":
            added[0].update(values)

    def update(self, lead_id: Any, values: Lead) -> None:
        """Expect new values of a lead."""
        self.is_read = False
        self.leads[lead_id] |= values
        self._edited.setdefault(lead_id, set()).update(values)

    def delete(self, lead_id: Any) -> None:
        """Expect that a lead is gone for good."""
        self.is_read = False
        del self.leads[lead_id]
        self._deleted.add(lead_id)

    def compare(self, leads: Sequence[Lead]) -> list[Any]:
        """Compare the leads of a response with the expected ones, keep them, and return the ids of new ones.

        Raises:
            AssertionError: a lead is missing, is back, was added by nobody, or has another value than expected.
        """
        read = {lead["lead_id"]: dict(lead) for lead in leads}
        self._resolve_overwritten(read)
        for lead_id in self.leads.keys() - read.keys():
            self._fail(f"has lost lead {lead_id}, which nobody deleted")
        for lead_id in self._deleted & read.keys():
            self._fail(f"has lead {lead_id} again, which was deleted")
        for lead_id, expected in self.leads.items():
            self._check_values(lead_id, expected, read[lead_id])
            self._check_calls(lead_id, expected, read[lead_id])
        added = self._match_added([lead for lead_id, lead in read.items() if lead_id not in self.leads])
        self.leads, self.is_read, self._may_call = read, True, False
        self._added, self._edited, self._overwritten = [], {}, []
        return added

    def _resolve_overwritten(self, read: Mapping[Any, Lead]) -> None:
        """Find out which of several leads with one number was overwritten: the vendor does not state it."""
        for lead_ids, values in self._overwritten:
            matches = [one for one in lead_ids if one in read and all(_equal(key, read[one], values) for key in values)]
            changed = [one for one in matches if read[one] != self.leads[one]]
            self.update((changed or matches or lead_ids)[0], values)

    def _check_values(self, lead_id: Any, expected: Lead, read: Lead) -> None:
        """Fail if a value changed that nobody wrote, or if a written one did not."""
        written = self._edited.get(lead_id)
        free: set[str] = set()
        if written is not None:
            free = {"updated_at", "available_at"} if self._is_dialled else {"updated_at"}
        if self._may_call or "dial_status" in (written or ()):
            free = set(DIALLED_KEYS.difference(written or ()))
        for key in sorted((expected.keys() | read.keys()) - free):
            if not _equal(key, expected, read):
                cause = "the value written" if key in (written or ()) else "nobody wrote it"
                got, wanted = _shown(read, key), _shown(expected, key)
                self._fail(f"has lead {lead_id} with {key} {got}, expected {wanted}: {cause}")

    def _check_calls(self, lead_id: Any, expected: Lead, read: Lead) -> None:
        """Fail if a counter fell, or if a lead is New again that nobody set so."""
        for key in COUNTERS:
            if key in expected and _number(read[key]) < _number(expected[key]):
                self._fail(f"has lead {lead_id} with {key} {_shown(read, key)} after {_shown(expected, key)}: it fell")
        if read["dial_status"] == NEW != expected["dial_status"]:
            self._fail(f"has lead {lead_id} that is New again, although nobody set its dial_status")

    def _match_added(self, new: Sequence[Lead]) -> list[Any]:
        """Return the ids of the leads that were added, each with the values of one write."""
        unmatched = list(new)
        for values in self._added:
            keys = [key for key in values if not (self._may_call and key in DIALLED_KEYS)]
            match = next((lead for lead in unmatched if all(_equal(key, lead, values) for key in keys)), None)
            if match is None:
                instead = [{key: lead.get(key) for key in keys} for lead in unmatched]
                self._fail(f"has lost an added lead: {values}{f'; it has {instead}' if instead else ''}")
            unmatched = [lead for lead in unmatched if lead is not match]
        if unmatched:
            self._fail(f"has leads that nobody added: {[lead['lead_id'] for lead in unmatched]}")
        return [lead["lead_id"] for lead in new]

    def _fail(self, message: str) -> NoReturn:
        message = f"list {self.list_id} {message}"
        raise AssertionError(message)


def same_number(first: object, second: object) -> bool:
    """Return whether two phone numbers have the same last ten digits."""
    return str(first)[-_PHONE_DIGITS:] == str(second)[-_PHONE_DIGITS:]


def _equal(key: str, first: Lead, second: Lead) -> bool:
    """Return whether two leads have the same value of a key. The API adds the country code to phone numbers."""
    if key == PHONE_KEY and key in first and key in second:
        return same_number(first[key], second[key])
    return bool(first.get(key, _MISSING) == second.get(key, _MISSING))


def _number(value: Any) -> int:
    """Return a counter, which may be a string of digits, or a time, as a number."""
    return int(value["$date"]["$numberLong"]) if isinstance(value, Mapping) else int(value)


def _shown(lead: Lead, key: str) -> str:
    return repr(lead[key]) if key in lead else _MISSING
