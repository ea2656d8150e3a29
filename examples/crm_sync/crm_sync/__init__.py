"""Synchronize the contacts of a CRM with a Smartflo lead list."""
