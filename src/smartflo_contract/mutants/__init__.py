"""Mutants: changes of the API, each applied to the responses of a fake to see whether anybody notices."""
