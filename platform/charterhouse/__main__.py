"""`python -m charterhouse`."""

from __future__ import annotations

from charterhouse.cli import main

main(prog_name="charterhouse")
