"""Report new and changed leads of Smartflo lists."""

from lead_poller.poller import Change, Poller, Settings

__all__ = ["Change", "Poller", "Settings"]
