"""Notices from gateways, outside of any tenant's path."""
