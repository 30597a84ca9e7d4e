"""The year plan of business work."""
