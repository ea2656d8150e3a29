"""Accounts: what the fake stores for each client, and the settings, clock and tokens of each."""
