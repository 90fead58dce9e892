"""Pricing of crypto contracts that settle on the mean of sixty one-second index values."""
