"""The order of evidence labels."""

from smartflo_contract.mock_server.http.evidence import weakest_evidence


def test_documentation_is_strongest_and_assumptions_are_weakest() -> None:
    """The vendor's pages come first, then the vendor's sample, public clients, and assumptions."""
    labels = ["documented", "sample", "observed", "assumed"]

    assert labels == [weakest_evidence(labels[: count + 1]) for count in range(4)]
