"""Keeps the contacts of a CRM and a Smartflo lead list in step."""
