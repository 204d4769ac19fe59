"""A sandbox of the payment gateway, spoken to by the real `stripe` client.

It keeps state, so that what goes wrong with money over time can be tried out: late and
doubled notices, lost answers, refunds that fail after they were accepted. Three uses:

- in process: `SandboxHTTPClient(make_app(state))` as the client's way out;
- on localhost: `python -m charterhouse.payments.sandbox`, and the client's
  `base_addresses` pointing there;
- the hosted page: a checkout session's `url` leads to a page with the test cards, the
  wallets' QR codes and buttons for what a payer may do.
"""

from charterhouse.payments.sandbox.app import make_app
from charterhouse.payments.sandbox.delivery import into
from charterhouse.payments.sandbox.faults import Faults
from charterhouse.payments.sandbox.server import Server, serve
from charterhouse.payments.sandbox.state import DEFAULT_KEY, SandboxState
from charterhouse.payments.sandbox.ticks import tick

__all__ = [
    "DEFAULT_KEY",
    "Faults",
    "SandboxState",
    "Server",
    "into",
    "make_app",
    "serve",
    "tick",
]
