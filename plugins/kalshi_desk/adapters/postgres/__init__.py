"""Postgres: connections, rows and named queries."""
