"""Frames and bodies of the outside world to and from domain values; pure."""
