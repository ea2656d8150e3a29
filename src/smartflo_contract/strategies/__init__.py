"""Hypothesis strategies for leads and lead lists, valid and deliberately broken."""
