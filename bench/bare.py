"""The base that everything is compared with: aiohttp handlers that return fixed bytes."""

from __future__ import annotations

import sys

from aiohttp import web


def main(port: int, size: int) -> None:
    body = b"x" * size
    headers = {"Content-Type": "application/json"}

    async def read(request: web.Request) -> web.Response:
        return web.Response(body=body, headers=headers)

    async def create(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=body, headers=headers)

    app = web.Application()
    app.add_routes(
        [
            web.post("/v1/executions", create),
            web.get("/v1/executions", read),
            web.get("/v1/executions/{id}", read),
            web.get("/v1/public/executions/{id}", read),
            web.post("/api/v1/workflows/{id}/execute", create),
        ]
    )
    try:
        import uvloop

        uvloop.install()
    except ImportError:
        pass
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
