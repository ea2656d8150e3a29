"""The names of the profiles."""

from typing import Final

READINGS: Final = ("sample", "documented")
"""The two readings of the vendor's documentation."""
PROFILES: Final = (*READINGS, "lenient")
