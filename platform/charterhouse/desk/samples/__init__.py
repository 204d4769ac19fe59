"""Sample data: invented people, and stories told through the same door as live events."""
