"""Group testing: the smallest set of items without which something fails, in few runs."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class MinimalSet(Generic[T]):
    """The search for a set of items that cannot be removed: with all others removed, the run passes.

    A run that fails with some items removed usually also fails with more of them removed, also if it needs one of two
    items. Then no item of the result can be removed, and ``n`` items of which ``k`` are needed take at most
    ``k * (ceil(log2(n)) + 2) + 1`` runs. If that does not hold, the result still passes, and none of its items can be
    removed alone, but there may be more runs.

    Args:
        items: the items in order of preference: if one of two items is needed, the result has the earlier one.
        failure_without: runs with some items removed, in the order of ``items``; returns why it fails, ``None`` if it
            passes. It is called once for the same items. Without removed items it passes, and is never called.
    """

    def __init__(self, items: Sequence[T], failure_without: Callable[[tuple[T, ...]], str | None]) -> None:
        """Prepare the search; nothing runs yet."""
        self._items = tuple(dict.fromkeys(items))
        self._failure_without = failure_without
        self._failures: dict[tuple[T, ...], str | None] = {(): None}

    @property
    def runs(self) -> int:
        """Number of runs so far."""
        return len(self._failures) - 1

    def search(self) -> dict[T, str]:
        """Return each item of the set, in order, to why the run fails with it and all items outside removed."""
        return self._confirmed(self._candidates())

    def _candidates(self) -> list[T]:
        """Return a set that passes, and whose items are needed if more removed items never help."""
        needed: list[T] = []
        end = len(self._items)
        while end and self._failure(needed) is not None:
            fails, passes = 0, end  # numbers of first items that are kept, beside the needed ones
            while passes - fails > 1:
                middle = (fails + passes) // 2
                if self._failure([*self._items[:middle], *needed]) is None:
                    passes = middle
                else:
                    fails = middle
            end = passes - 1
            needed.append(self._items[end])
        return needed

    def _confirmed(self, needed: Sequence[T]) -> dict[T, str]:
        """Return the items that cannot be removed alone, with the reasons; those that can are removed one by one."""
        kept = [item for item in self._items if item in needed]
        while True:
            reasons: dict[T, str] = {}
            for item in kept:
                reason = self._failure([other for other in kept if other != item])
                if reason is None:
                    kept.remove(item)
                    break
                reasons[item] = reason
            else:
                return reasons

    def _failure(self, kept: Sequence[T]) -> str | None:
        """Return why the run fails if only some items are kept; ``None`` if it passes."""
        remaining = frozenset(kept)
        removed = tuple(item for item in self._items if item not in remaining)
        if removed not in self._failures:
            self._failures[removed] = self._failure_without(removed)
        return self._failures[removed]
