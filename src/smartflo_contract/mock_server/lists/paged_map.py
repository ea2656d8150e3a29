"""A mapping of which a copy costs no more than its table of pages: copies share the pages that do not change."""

from collections.abc import Callable, Hashable, Iterator
from typing import Generic, Self, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class PagedMap(Generic[Key, Value]):
    """A mapping in pages. A page that a copy shares is copied before it is changed.

    Args:
        page_of: returns the number of the page of a key.
        copy_page: returns an independent copy of a page.
    """

    def __init__(
        self,
        page_of: Callable[[Key], int],
        copy_page: Callable[[dict[Key, Value]], dict[Key, Value]] = dict[Key, Value],
    ) -> None:
        """Create an empty mapping."""
        self._page_of = page_of
        self._copy_page = copy_page
        self._pages: dict[int, dict[Key, Value]] = {}
        self._own: set[int] = set()

    def __contains__(self, key: Key) -> bool:
        """Return whether there is a key."""
        return key in self._pages.get(self._page_of(key), ())

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, ``None`` if there is none."""
        page = self._pages.get(self._page_of(key))
        return None if page is None else page.get(key)

    def pages(self) -> Iterator[dict[Key, Value]]:
        """Yield the pages by number. They must not be changed."""
        for number in sorted(self._pages):
            yield self._pages[number]

    def page(self, key: Key) -> dict[Key, Value]:
        """Return the page of a key, for changes."""
        number = self._page_of(key)
        page = self._pages.get(number)
        if number not in self._own:
            page = {} if page is None else self._copy_page(page)
            self._pages[number] = page
            self._own.add(number)
        return self._pages[number]

    def copy(self) -> Self:
        """Return a copy. Later changes of either do not affect the other."""
        other = type(self)(self._page_of, self._copy_page)
        other._pages = dict(self._pages)  # noqa: SLF001 - of the same class
        self._own = set()
        return other
