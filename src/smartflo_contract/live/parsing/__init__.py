"""Parsing of response bodies: bytes to items, streamed in constant memory."""
