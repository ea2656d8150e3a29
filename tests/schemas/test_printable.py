"""Text that is safe to show."""

from smartflo_contract.schemas.printable import escape_table_cell


def test_table_cell_has_no_line_break_or_separator() -> None:
    """Both would end a cell of a Markdown table."""
    assert r"a \| b c" == escape_table_cell("a | b\nc")
