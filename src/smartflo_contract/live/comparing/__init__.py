"""The comparison of two responses: what has changed from one to the other."""
