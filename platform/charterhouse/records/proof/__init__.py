"""Proving what is on record of a tenant: everything decided anew, in a memory that does not grow."""
