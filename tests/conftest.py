"""Settings that every test runs under."""

from hypothesis import settings

# The same examples in every run, without a folder of earlier ones: a test fails for everybody or for nobody.
settings.register_profile("smartflo", derandomize=True, database=None, deadline=None, max_examples=100)
settings.load_profile("smartflo")
