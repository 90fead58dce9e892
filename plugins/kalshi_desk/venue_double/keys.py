"""What the handlers find in the web application."""

from __future__ import annotations

from aiohttp import web

from kalshi_desk.venue_double.buckets import TokenBucket
from kalshi_desk.venue_double.signatures import KeyRing
from kalshi_desk.venue_double.venue import Venue

VENUE = web.AppKey("venue", Venue)
KEYS = web.AppKey("keys", KeyRing)
READ, WRITE = web.AppKey("read", TokenBucket), web.AppKey("write", TokenBucket)
