"""Captures: HAR files, cassettes and journals, and the responses with leads that they contain."""
