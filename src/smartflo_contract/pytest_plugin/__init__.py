"""The pytest plugin: Smartflo as fixtures."""
