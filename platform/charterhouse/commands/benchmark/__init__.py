"""Measuring the way of an event, each time beside the least that it could cost."""
