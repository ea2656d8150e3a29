"""Mutation: which tests notice when the API changes, and what a client needs of it."""
