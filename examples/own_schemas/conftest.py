"""Load the project's own plugin; pytest loads that of smartflo-contract by its entry point."""

pytest_plugins = ["pytest_plugin"]
