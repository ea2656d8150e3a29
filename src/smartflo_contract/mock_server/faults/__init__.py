"""Faults: rules that select requests, and injectors that make their responses faulty."""
