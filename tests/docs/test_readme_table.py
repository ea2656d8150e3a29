"""The table of magic list ids in the README is made from the code."""

from pathlib import Path

from smartflo_contract.mock_server._magic import magic_rows

README = Path(__file__).parents[2] / "README.md"


def test_magic_ids_are_those_of_the_code() -> None:
    """The table in the README is the code's; on failure, paste the expected text between the markers."""
    rows = "".join(f"| `{row.ids}` | {row.answer} | {row.evidence} |\n" for row in magic_rows())
    expected = f"\n| list id | answers | evidence |\n|---|---|---|\n{rows}"
    shown = README.read_text(encoding="utf-8").partition("<!-- magic:begin -->")[2].partition("<!-- magic:end -->")[0]

    assert expected == shown
