"""A tenant's life as a whole: backup and restore, export and import, moving, erasing, new keys."""
