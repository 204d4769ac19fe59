"""Scenario files: stories of events that state what must come out."""
