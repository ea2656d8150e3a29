"""Configuration of a fake: settings, quirks and fixed lists, read from TOML or created in Python."""
