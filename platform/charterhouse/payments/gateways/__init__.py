"""Gateways: how money reaches an institution. `base` is the interface, the rest implement it."""
