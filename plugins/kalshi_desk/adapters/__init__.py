"""Each package here translates one foreign system to domain values."""
