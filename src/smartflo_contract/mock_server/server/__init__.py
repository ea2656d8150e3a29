"""Servers that run the fake: threaded for tests, Granian for the command."""
