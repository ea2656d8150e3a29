"""The configuration of a fake: settings, quirks, lists from files, and their validation."""
