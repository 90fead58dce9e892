"""Faust apps: decode, call a pure reducer, encode."""
