"""Hypothesis strategies for the project's own records."""

from hypothesis import strategies as st
from schemas import Customer


def customers() -> st.SearchStrategy[Customer]:
    """Return a strategy of customers that the CRM accepts."""
    return st.builds(
        Customer,
        lead_id=st.text("0123456789abcdef", min_size=24, max_size=24),
        phone=st.from_regex(r"\+91555[0-9]{7}", fullmatch=True),
        name=st.text(max_size=20),
        campaign=st.from_regex(r"[A-Z]{3}-[0-9]{4}", fullmatch=True),
        created_ms=st.integers(0, 2**41),
    )
