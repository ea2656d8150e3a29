"""The admin API, ``/__admin``: what a person or a test may ask of the fake itself, and change in it.

A request with an ``Authorization`` header speaks of the account that this token selects; one without, of all.
"""
