"""Tenants: who they are, which one is in scope, where its store lives and how to reach it."""
