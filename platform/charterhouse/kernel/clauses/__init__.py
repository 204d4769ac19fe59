"""The clause library: a module for each mechanism of membership schemes."""
