"""The vendor's routes: handlers and the table that lists them."""
