"""Money online: orders, attempts to pay them, and what gateways tell of both."""
