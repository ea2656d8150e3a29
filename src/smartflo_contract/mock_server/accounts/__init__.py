"""Accounts of the fake: settings, clock, tokens, and where they are stored."""
