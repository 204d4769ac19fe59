"""Passwords of staff, as the desk keeps them."""

from __future__ import annotations

from charterhouse.desk.passwords import MIN_LENGTH, hash_password, verify_password

__all__ = ["MIN_LENGTH", "hash_password", "verify_password"]
