"""A mapping of which a copy costs no more than its table of pages: copies share the pages that do not change."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, Protocol, Self, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Readable(Protocol):
    """What a mapping reads of its pages, such as dicts."""

    def __contains__(self, key: Any, /) -> bool:
        """Return whether a page contains a key."""

    def get(self, key: Any, /) -> Any:
        """Return the value of a key, ``None`` if there is none."""


Page = TypeVar("Page", bound=_Readable)


class PagedMap(Generic[Key, Value, Page]):
    """A mapping in pages. A page that a copy shares is copied before it is changed.

    Args:
        page_of: returns the number of the page of a key.
        copy_page: returns an independent copy of a page; an empty page for ``None``.
        finish_page: called with each changed page when the mapping is copied; returns the page to share.
    """

    def __init__(
        self,
        page_of: Callable[[Key], int],
        copy_page: Callable[[Page | None], Page],
        finish_page: Callable[[Page], Page] = lambda page: page,
    ) -> None:
        """Create an empty mapping."""
        self._page_of = page_of
        self._copy_page = copy_page
        self._finish_page = finish_page
        self._pages: dict[int, Page] = {}
        self._own: set[int] = set()

    def __contains__(self, key: Key) -> bool:
        """Return whether there is a key."""
        return key in self._pages.get(self._page_of(key), ())

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, ``None`` if there is none."""
        page = self._pages.get(self._page_of(key))
        value: Value | None = None if page is None else page.get(key)
        return value

    def pages(self) -> Iterator[Page]:
        """Yield the pages by number. They must not be changed."""
        for number in sorted(self._pages):
            yield self._pages[number]

    def page(self, key: Key) -> Page:
        """Return the page of a key, for changes."""
        number = self._page_of(key)
        if number not in self._own:
            self._pages[number] = self._copy_page(self._pages.get(number))
            self._own.add(number)
        return self._pages[number]

    def copy(self) -> Self:
        """Return a copy. Later changes of either do not affect the other."""
        for number in tuple(self._own):
            self._pages[number] = self._finish_page(self._pages[number])
        self._own = set()
        other = type(self)(self._page_of, self._copy_page, self._finish_page)
        other._pages = dict(self._pages)  # noqa: SLF001 - of the same class
        return other
