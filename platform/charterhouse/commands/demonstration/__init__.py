"""The demonstration: sample institutions, the sites, the worker and the payment sandbox at once."""
