"""How the real API is reached, and reached for reading alone."""
