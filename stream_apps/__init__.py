"""Faust apps: decode, call a pure reducer, encode.

Run one: ``python -m faust -L uvloop -A stream_apps.<name> worker --without-web -l warn``.
"""
