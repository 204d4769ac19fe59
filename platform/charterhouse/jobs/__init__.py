"""Jobs: what the worker does beside the sites."""
