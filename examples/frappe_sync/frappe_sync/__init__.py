"""Synchronizes the leads of Frappe or ERPNext with a Smartflo lead list."""
