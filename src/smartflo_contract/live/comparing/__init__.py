"""What has changed from one response to another."""
