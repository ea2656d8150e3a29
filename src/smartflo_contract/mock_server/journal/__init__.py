"""The journal: a bounded record of the requests that the fake received, without secrets."""
