"""Find what a client needs of the contract: keys, then types, nulls and values that it relies on."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from smartflo_contract.mutants import Mutant, mutants_of
from smartflo_contract.mutants.catalog import SEPARATOR
from smartflo_contract.mutation.minimal_set import MinimalSet
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.json_pointer import unescape
from smartflo_contract.schemas.needs import ASPECTS, Aspect, Needs, PropertyNeeds

Path = tuple[str, ...]
"""A key of a lead, and the keys of objects below it."""

_REMOVE: Final = "remove"
_RENAME: Final = "rename"
_NULL: Final = "null"
_RETYPE: Final = "retype-"
_TOLERATED_VALUES: Final = ("unknown-value", "empty")
"""Operators on values that are tried although the contract may allow what they send."""
_UNKNOWN_KEY: Final = "keys:unknown-key"
_WITH_SEVERAL_OPERATORS: Final = ("type", "value")
_PHASES: Final[Mapping[Aspect, str]] = {
    "presence": "keys",
    "type": "types",
    "null": "nulls",
    "value": "values",
}
"""What is searched, in words, by aspect."""


class NeedsTrial(NamedTuple):
    """One run with some mutants.

    Attributes:
        failure: why it fails, such as an exit code or the name of a test; ``None`` if it passes.
        served: ids of those of the mutants that have changed a response.
    """

    failure: str | None
    served: frozenset[str]


RunTrial = Callable[[str], NeedsTrial]
"""Runs the client with mutants, their ids joined by commas."""
OnRun = Callable[[str, int], None]
"""Called after each run with what is searched and the number of runs so far."""


class NeedsSearch:
    """Searches for what a client needs. The client passes without a mutant.

    Mutants that remove keys are applied together: the fewest keys with which the client passes are those that it needs.
    Types, nulls and values of these keys are then changed while all other keys are removed, and those of the other keys
    while none is: a client may do without a key, and rely on its type if it is there. Two mutants of one key are never
    applied together.

    Args:
        contract: the contract.
        run: runs the client with some mutants.
        on_run: called after each run.

    Attributes:
        runs: number of runs so far.
    """

    def __init__(self, contract: Contract, run: RunTrial, on_run: OnRun | None = None) -> None:
        """Prepare the search; nothing runs yet."""
        self.runs = 0
        self._contract = contract
        self._run = run
        self._on_run = on_run
        self._mutants = _mutants_of_paths(mutants_of(contract))
        self._why: dict[Path, dict[Aspect, str]] = {}
        self._tolerated: set[str] = set()

    def search(self, *, command: str, runs_before: int = 0) -> Needs:
        """Return what the client needs.

        Args:
            command: what is run, for the document.
            runs_before: number of runs without a mutant, for the document.
        """
        keys = [path for path in self._mutants if len(path) == 1]
        reasons = self._failures((), [self._removal(path) for path in keys], _PHASES["presence"])
        for path in keys:
            if self._removal(path) in reasons:
                self._why[path] = {"presence": reasons[self._removal(path)]}
        required = {path[0] for path in self._why}
        removed = [self._removal(path) for path in keys if path[0] not in required]
        for aspect in ASPECTS:
            self._search_aspect(aspect, [], [path for path in self._mutants if path[0] not in required])
            self._search_aspect(aspect, removed, [path for path in self._mutants if path[0] in required])
        unknown_keys = self._failures(removed, [_UNKNOWN_KEY], "unknown keys").get(_UNKNOWN_KEY, "")
        overlay = self._contract.overlay
        digest = None if overlay is None else overlay.digest
        properties = self._properties(keys)
        runs = runs_before + self.runs
        return Needs("the search", self._contract.profile, digest, command, runs, properties, unknown_keys)

    def _search_aspect(self, aspect: Aspect, base: Sequence[str], paths: Iterable[Path]) -> None:
        """Find on which keys the client relies by an aspect, with some mutants in force."""
        queues = {path: deque(self._of_aspect(path, aspect)) for path in paths}
        for batch in _batches(queues):
            reasons = self._failures(base, [mutant.id for mutant in batch.values()], _PHASES[aspect])
            for path, mutant in batch.items():
                if mutant.id in reasons:
                    queues[path].clear()
                    detail = f" ({mutant.operator})" if aspect in _WITH_SEVERAL_OPERATORS else ""
                    self._why.setdefault(path, {})[aspect] = f"{reasons[mutant.id]}{detail}"

    def _failures(self, base: Sequence[str], ids: Sequence[str], phase: str) -> dict[str, str]:
        """Return which of some mutants the client does not tolerate, with the reasons, with others in force."""

        def failure_with(applied: tuple[str, ...]) -> str | None:
            trial = self._run(SEPARATOR.join([*base, *applied]))
            self.runs += 1
            if self._on_run is not None:
                self._on_run(phase, self.runs)
            if trial.failure is None:
                self._tolerated.update(trial.served)
            return trial.failure

        return MinimalSet(ids, failure_with).search()

    def _removal(self, path: Path) -> str:
        return next(mutant.id for mutant in self._mutants[path] if mutant.operator == _REMOVE)

    def _of_aspect(self, path: Path, aspect: Aspect) -> list[Mutant]:
        """Return the mutants that change an aspect of a key; the removal of a key of a lead is no longer open."""
        is_of_lead = len(path) == 1
        return [
            mutant
            for mutant in self._mutants[path]
            if _aspect_of(mutant) == aspect and not (is_of_lead and aspect == "presence")
        ]

    def _properties(self, paths: Iterable[Path]) -> dict[str, PropertyNeeds]:
        """Return what is needed of keys, in order; those of which nothing is needed are left out."""
        properties = {}
        for path in paths:
            why = self._why.get(path, {})
            nested = self._properties([other for other in self._mutants if other[:-1] == path])
            untested = self._untested(path) if self._is_in_required_key(path) else ()
            if why or nested or (untested and len(path) > 1):
                properties[path[-1]] = PropertyNeeds(
                    is_required="presence" in why, why=why, untested=untested, properties=nested
                )
        return properties

    def _is_in_required_key(self, path: Path) -> bool:
        return "presence" in self._why.get(path[:1], {})

    def _untested(self, path: Path) -> tuple[Aspect, ...]:
        """Return of which aspects no passing run was served a change, and none is known to be relied on."""
        why = self._why.get(path, {})
        return tuple(
            aspect
            for aspect in ASPECTS
            if aspect not in why
            and not any(mutant.id in self._tolerated for mutant in self._mutants[path] if _aspect_of(mutant) == aspect)
        )


def _mutants_of_paths(mutants: Iterable[Mutant]) -> dict[Path, list[Mutant]]:
    """Return the mutants of each key that one removes, in the order of the catalog."""
    by_path: dict[Path, list[Mutant]] = {}
    for mutant in mutants:
        key = mutant.id.removesuffix(f":{mutant.operator}".replace(SEPARATOR, "%2C"))
        by_path.setdefault(tuple(map(_unescaped, key.split("/"))), []).append(mutant)
    return {path: group for path, group in by_path.items() if any(mutant.operator == _REMOVE for mutant in group)}


def _unescaped(segment: str) -> str:
    return unescape(segment.replace("%2C", SEPARATOR))


def _aspect_of(mutant: Mutant) -> Aspect | None:
    """Return what a mutant changes of its key; ``None`` if it is not part of the search."""
    if mutant.operator == _REMOVE:
        return "presence"
    if mutant.operator == _NULL:
        return "null"
    if mutant.operator.startswith(_RETYPE):
        return "type"
    is_value = mutant.operator != _RENAME and (mutant.kind == "breaking" or mutant.operator in _TOLERATED_VALUES)
    return "value" if is_value else None


def _batches(queues: Mapping[Path, deque[Mutant]]) -> Iterator[dict[Path, Mutant]]:
    """Yield mutants that can be applied together until all queues are empty: none is of a key that is in another."""
    while any(queues.values()):
        batch: dict[Path, Mutant] = {}
        for path, queue in queues.items():
            if queue and not any(path[: len(other)] == other for other in batch):
                batch[path] = queue.popleft()
        yield batch
