"""The pure kernel: an event goes in, a decision comes out.

Nothing here reads a clock, a database, the network or the environment. The
same code therefore decides a live bill, a quote, a line of a scenario file, a
replay of last year and a generated stream of a property test.
"""
