"""A client for the service in Python."""
