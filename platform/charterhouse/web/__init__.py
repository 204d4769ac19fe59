"""The sites and the API: admin, portal, webhooks, and what they stand on."""
