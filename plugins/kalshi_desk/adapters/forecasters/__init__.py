"""The models that forecast, through their vendors' own clients: one file a vendor."""
