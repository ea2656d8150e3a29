"""Faults: rules that select responses of the fake, and what is injected into them."""
