"""HTTP client of the real API: read-only requests, one at a time."""
