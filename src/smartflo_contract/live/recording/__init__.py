"""Responses written without personal data, as fixtures and as tests."""
