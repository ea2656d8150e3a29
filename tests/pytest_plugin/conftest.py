"""Tests of the plugin run pytest on small projects of their own."""

pytest_plugins = ["pytester"]
