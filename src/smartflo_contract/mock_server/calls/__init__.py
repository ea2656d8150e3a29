"""What an account has besides leads: DND lists, agents, numbers, and the calls that clients make."""
