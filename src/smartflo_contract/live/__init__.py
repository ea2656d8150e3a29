"""The real Smartflo: how it is reached, and reached for reading alone."""
