"""Which clients accept gzip."""

import pytest

from smartflo_contract.mock_server.http.content_coding import accepts_gzip


@pytest.mark.parametrize(
    "header",
    [
        "gzip",
        "GZIP",
        "x-gzip",
        "gzip, deflate, br",
        "br;q=1, gzip;q=0.001",
        "gzip ; q=1.0",
        "*",
        "deflate, *;q=0.5",
        "identity;q=0.5, gzip;q=0.5",
        "identity;q=0, *",
        "gzip,,",
        "\u00e9, gzip",
    ],
)
def test_accepts_gzip(header: str) -> None:
    """The coding is named, or any coding is accepted, and no other form is preferred."""
    assert accepts_gzip(header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "identity",
        "br, deflate",
        "gzip;q=0",
        "gzip;q=0.000, *",
        "*;q=0",
        "gzip;q=0.5, identity",
        "gzip;q=x",
        "gzip;q=2",
        "gzip;q=1.0001",
        "gzip gzip",
        "\u0261zip",
    ],
)
def test_gets_uncompressed_response(header: str | None) -> None:
    """The coding is not accepted, another form is preferred, or the header is invalid."""
    assert not accepts_gzip(header)
