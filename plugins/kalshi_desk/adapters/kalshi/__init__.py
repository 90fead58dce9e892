"""Kalshi: signing, REST and WebSocket."""
