"""The four levels of VIP reception as tables: grounds, who approves, who receives, gifts."""

from __future__ import annotations

from collections.abc import Mapping

RECEPTION = "reception"

LEVELS = ("d", "c", "b", "a")
"""Low to high."""

BIG_SPENDER = "big-spender"

GROUNDS: Mapping[str, str] = {
    "vice-provincial-official": "a",
    "ambassador": "a",
    "internationally-known": "a",
    "named-by-general-manager": "a",
    "department-official": "b",
    "contract-leader": "b",
    "nationally-known": "b",
    "named-by-approver": "b",
    BIG_SPENDER: "b",
    "key-business-manager": "c",
    "named-by-department-manager": "c",
    "regular-guest": "d",
    "named-by-sales": "d",
}
"""Ground → the level that it gives."""

RANKS: Mapping[str, int] = {
    "general-manager": 4,
    "vice-general-manager": 3,
    "rooms-director": 2,
    "sales-director": 2,
    "front-office-manager": 1,
    "sales-manager": 1,
    "guest-relations-manager": 1,
}
"""Role → its authority: 1 approves level D, 4 level A and all below."""

RECEIVERS: Mapping[str, tuple[str, ...]] = {
    "a": (
        "receive-general-manager", "receive-vice-general-manager", "receive-sales-director",
        "receive-rooms-director", "receive-guest-relations-manager",
    ),
    "b": (
        "receive-vice-general-manager", "receive-sales-director", "receive-front-office-manager",
        "receive-guest-relations-manager",
    ),
    "c": ("receive-department-manager", "receive-guest-relations-manager"),
    "d": ("receive-sales-staff", "receive-guest-relations-manager"),
}  # fmt: skip
"""Level → the tasks of those who receive."""

NEWSPAPER = "newspaper"

GIFTS: Mapping[str, Mapping[str, int]] = {
    "a": {
        "fruit-basket-deluxe": 6000, "flower-basket": 3500, "pastry-and-chocolate": 1000,
        "welcome-wine": 1000, NEWSPAPER: 0, "welcome-letter": 0, "chairman-card": 0,
        "general-manager-card": 0,
    },
    "b": {
        "fruit-basket": 4000, "potted-flower": 2500, "pastry-or-chocolate": 1000, NEWSPAPER: 0,
        "welcome-letter": 0, "general-manager-card": 0,
    },
    "c": {"fruit-plate": 2500, "potted-flower": 1500, NEWSPAPER: 0},
    "d": {"fruit-plate": 1000, "vase-flower": 200},
}  # fmt: skip
"""Level → gift → its cost in fen; a newspaper costs what the request says."""

NEWSPAPER_PRICES: Mapping[str, tuple[int, int]] = {
    "a": (100, 1000), "b": (100, 1000), "c": (0, 10**12),
}  # fmt: skip
"""Level → lowest and highest price of a newspaper in fen; a level without one has none."""

SUBSTITUTES = ("red-wine", "cheese")
"""What foreign guests get instead of the fruit basket."""

SUBSTITUTED: Mapping[str, str] = {"a": "fruit-basket-deluxe", "b": "fruit-basket"}
"""Level → what is replaced."""

__all__ = [
    "BIG_SPENDER", "GIFTS", "GROUNDS", "LEVELS", "NEWSPAPER", "NEWSPAPER_PRICES", "RANKS",
    "RECEIVERS", "RECEPTION", "SUBSTITUTED", "SUBSTITUTES",
]  # fmt: skip
