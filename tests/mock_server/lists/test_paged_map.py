"""Mappings whose copies share the pages that do not change."""

from smartflo_contract.mock_server.lists.paged_map import PagedMap


def numbers(*keys: int) -> PagedMap[int, str, dict[int, str]]:
    """Return a mapping of numbers to their text, in pages of ten."""
    paged: PagedMap[int, str, dict[int, str]] = PagedMap(lambda key: key // 10, lambda page: dict(page or {}))
    for key in keys:
        paged.page(key)[key] = str(key)
    return paged


def test_copy_keeps_its_values() -> None:
    """A change after the copy is in the original only."""
    paged = numbers(1, 2, 25)
    copy = paged.copy()
    paged.page(1)[1] = "changed"
    del paged.page(25)[25]

    assert ("1", "2", "25") == (copy.get(1), copy.get(2), copy.get(25))
    assert ("changed", False) == (paged.get(1), 25 in paged)


def test_change_of_copy_leaves_original() -> None:
    """A copy can be changed, too."""
    paged = numbers(1)
    copy = paged.copy()
    copy.page(1)[1] = "changed"

    assert "1" == paged.get(1)


def test_unchanged_pages_are_shared() -> None:
    """A change copies the page that it is in, and no other page."""
    paged = numbers(1, 25, 37)
    copy = paged.copy()
    paged.page(25)[26] = "26"
    same = [mine is theirs for mine, theirs in zip(paged.pages(), copy.pages(), strict=True)]

    assert [True, False, True] == same


def test_finishes_changed_pages_before_they_are_shared() -> None:
    """A copy finishes the pages that changed since the last copy, once."""
    finished: list[dict[int, str]] = []

    def finish(page: dict[int, str]) -> dict[int, str]:
        finished.append(dict(page))
        return page

    paged: PagedMap[int, str, dict[int, str]] = PagedMap(lambda key: key // 10, lambda page: dict(page or {}), finish)
    paged.page(1)[1] = "1"
    paged.page(25)[25] = "25"
    paged.copy()
    paged.page(26)[26] = "26"
    paged.copy()
    paged.copy()

    assert [{1: "1"}, {25: "25"}, {25: "25", 26: "26"}] == finished


def test_pages_are_ordered() -> None:
    """Pages come by number, whatever was added first."""
    assert [{3: "3"}, {14: "14"}, {25: "25"}] == list(numbers(25, 3, 14).pages())


def test_missing_key() -> None:
    """A key that was never added has no value, in a page or without one."""
    paged = numbers(1)

    assert (None, None, False) == (paged.get(2), paged.get(99), 99 in paged)
