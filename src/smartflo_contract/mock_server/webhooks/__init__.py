"""Webhooks: subscriptions, templates, deliveries to receivers, and what is kept of each."""
