"""Charterhouse: hospital membership schemes in which the charter is the program."""
