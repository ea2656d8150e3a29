"""Stores in a database, which several worker processes and machines share."""
