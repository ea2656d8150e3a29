"""Checking of responses against the contract, and counting what they contain."""
