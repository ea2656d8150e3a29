"""Tells which leads of Smartflo lists are new or have changed."""

from lead_poller.poller import Change, Poller, Settings

__all__ = ["Change", "Poller", "Settings"]
