"""Hooks, discovery and quarantine of plugins."""
