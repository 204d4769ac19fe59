"""A tenant's tables, and the one door to them: load a standing, commit a decision."""
