"""The project's own plugin, beside that of smartflo-contract, which pytest finds by itself."""

pytest_plugins = ["pytest_plugin"]
