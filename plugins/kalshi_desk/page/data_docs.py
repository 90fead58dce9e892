"""The Data Docs of the newest data check, under ``/data-docs/``: somebody else's pages, so they run no script here."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

POLICY = (
    "sandbox allow-popups; default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_docs(app: web.Application, folder: Path) -> None:
    """Serve the files below ``folder``, which need not exist yet."""

    async def docs(request: web.Request) -> web.StreamResponse:
        file = (folder / (request.match_info["path"] or "index.html")).resolve()
        if not file.is_relative_to(folder.resolve()) or not file.is_file():
            return web.Response(status=404, text="no such page; data_quality writes them")
        return web.FileResponse(file, headers={"Content-Security-Policy": POLICY})

    app.router.add_get("/data-docs/{path:.*}", docs)
