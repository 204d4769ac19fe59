"""The sites and the API: admin, portal, console, and what they stand on."""
