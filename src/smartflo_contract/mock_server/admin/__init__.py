"""The admin API, ``/__admin``: inspect and change a running fake.

A request with an ``Authorization`` header applies to the account of its token, a request without one to all accounts.
"""
