"""The vendor's routes, as the fake answers them."""
