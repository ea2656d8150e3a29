"""What responses are checked for."""
