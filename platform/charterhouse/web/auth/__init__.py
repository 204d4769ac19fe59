"""Signing in: sessions of staff, members and operators."""
