"""`python -m charterhouse.payments.sandbox`."""

from __future__ import annotations

import argparse
from pathlib import Path

from charterhouse.payments.sandbox.server import serve


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="charterhouse.payments.sandbox",
        description="A payment gateway to try things out with.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4010)
    parser.add_argument("--state", type=Path, help="file that keeps everything over restarts")
    given = parser.parse_args()
    serve(given.host, given.port, given.state)


if __name__ == "__main__":
    main()
