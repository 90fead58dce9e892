"""Spot exchanges: addresses and subscriptions."""
