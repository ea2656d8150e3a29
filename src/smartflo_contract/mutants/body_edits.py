"""Edits of the body of a response as a whole."""

from collections.abc import Callable

from smartflo_contract.mutants.mutant import BodyEdit, Chunks, Note


def replaced_by(body: bytes) -> BodyEdit:
    """Return the edit that sends another body."""

    def edit(chunks: Chunks, note: Note) -> Chunks:  # noqa: ARG001 - edits have one form
        note()
        yield body

    return edit


def between(before: bytes, after: bytes) -> BodyEdit:
    """Return the edit that sends bytes before and after the body."""

    def edit(chunks: Chunks, note: Note) -> Chunks:
        note()
        yield before
        yield from chunks
        yield after

    return edit


def truncate(chunks: Chunks, note: Note) -> Chunks:
    """Leave out half of the last chunk."""
    return _edit_last(chunks, lambda last: last[: len(last) // 2], note)


def end_in_comma(chunks: Chunks, note: Note) -> Chunks:
    """Send a comma instead of the closing bracket."""
    return _edit_last(chunks, lambda last: last.removesuffix(b"]") + b",", note)


def _edit_last(chunks: Chunks, change: Callable[[bytes], bytes], note: Note) -> Chunks:
    """Change the last chunk."""
    last = next(chunks, b"")
    for chunk in chunks:
        yield last
        last = chunk
    note()
    yield change(last)
