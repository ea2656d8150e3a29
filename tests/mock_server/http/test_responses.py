"""Reasons as header values: percent-encoded and truncated."""

from urllib.parse import unquote

import pytest

from smartflo_contract.mock_server.http.responses import percent_encode


@pytest.mark.parametrize("reason", ["plain `text`, with {all} of \"ASCII\" and 'quotes'", "<b>", "a", "x" * 500])
def test_printable_ascii_is_unchanged(reason: str) -> None:
    """Printable ASCII of up to 500 bytes stays readable."""
    assert reason == percent_encode(reason)


@pytest.mark.parametrize(
    ("reason", "header"), [("100 %", "100 %25"), ("é", "%C3%A9"), ("a\r\nb: c", "a%0D%0Ab: c"), ("a\tb", "a%09b")]
)
def test_other_characters_are_encoded(reason: str, header: str) -> None:
    """Characters that a header cannot contain, and the percent sign, are percent-encoded."""
    assert header == percent_encode(reason)


@pytest.mark.parametrize("reason", ["x" * 501, "%" * 200, "क" * 60, "x" + "क" * 60, "xx" + "क" * 60, "\ud800" * 600])
def test_long_reason_is_truncated_between_characters(reason: str) -> None:
    """A long reason ends in an ellipsis within 500 bytes, and never within a character."""
    header = percent_encode(reason)
    kept = unquote(header.removesuffix("..."), errors="strict")

    assert len(header) <= 500
    assert header.endswith("...")
    assert reason.encode(errors="replace").decode().startswith(kept)
