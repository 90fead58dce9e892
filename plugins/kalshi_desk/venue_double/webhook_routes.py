"""Discord's webhook as far as alerts need it; the last hundred messages can be looked at.

Source: Discord's and Slack's webhook references.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.bodies import instant
from kalshi_desk.venue_double.guard import VENUE

KEPT, CONTENT_MOST, EMBEDS_MOST, EMBED_CHARS = 100, 2_000, 10, 6_000


class Posts(deque[dict[str, Any]]):
    """The last messages."""

    def __init__(self) -> None:
        super().__init__(maxlen=KEPT)


POSTS = web.AppKey("posts", Posts)


def _bad(field: str, message: str) -> ApiError:
    errors = {field: {"_errors": [{"code": "BASE_TYPE_BAD_LENGTH", "message": message}]}}
    return ApiError(400, {"code": 50035, "message": "Invalid Form Body", "errors": errors})


def check(body: object) -> dict[str, Any]:
    """Return a message that Discord would take; raises ApiError 400."""
    if not isinstance(body, dict) or not (body.get("content") or body.get("embeds")):
        raise ApiError(400, {"code": 50006, "message": "Cannot send an empty message"})
    content, embeds = body.get("content") or "", body.get("embeds") or []
    if len(content) > CONTENT_MOST:
        raise _bad("content", f"Must be {CONTENT_MOST} or fewer in length.")
    if not isinstance(embeds, list) or len(embeds) > EMBEDS_MOST:
        raise _bad("embeds", f"Must be {EMBEDS_MOST} or fewer in length.")
    if sum(_length(embed) for embed in embeds) > EMBED_CHARS:
        raise _bad("embeds", "Embed size exceeds maximum size of 6000")
    return body


def _length(embed: Mapping[str, Any]) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(len(text or "") for text in texts)


async def post(request: web.Request) -> web.Response:
    """Take a message: 204, or the message itself with ``?wait=true``."""
    try:
        body = check(json.loads(await request.read()))
    except ApiError as fault:
        return web.json_response(fault.body, status=fault.status)
    except ValueError:
        return web.json_response({"code": 50109, "message": "The request body contains invalid JSON."}, status=400)
    posts = request.app[POSTS]
    message = {"id": str(len(posts)), "timestamp": instant(request.app[VENUE].clock.now())} | body
    posts.append(message)
    return web.json_response(message) if request.query.get("wait") == "true" else web.Response(status=204)


async def listed(request: web.Request) -> web.Response:
    """List the messages taken, oldest first."""
    posts = request.app[POSTS]
    return web.json_response({"messages": list(posts)})


ROUTES = [
    web.get("/webhook", listed),
    web.post("/webhook", post),
    web.post("/webhook/{id}/{token}", post),
]
