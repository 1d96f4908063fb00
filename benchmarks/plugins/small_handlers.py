"""The same small handler as others have it: JSON in, JSON out, and no token is verified."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import chalice
import fastapi
import functions_framework
import mangum
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, LambdaFunctionUrlResolver
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.plugins import wsgi_adapter
from benchmarks.plugins.yardsticks import POWERTOOLS, Handle, powertools

__all__ = ["RIVALS"]

FUNCTION = """
import functions_framework

@functions_framework.http
def root(request):
    return {"response": request.get_json()["response"]}
"""


def chalice_app() -> Handle:
    """chalice knows the events of API Gateway's REST APIs alone, which have these members."""
    app = chalice.Chalice(app_name="demo")

    @app.route("/", methods=["POST"])  # type: ignore[untyped-decorator]
    def root() -> dict[str, Any]:
        return {"response": app.current_request.json_body["response"]}

    rest = {"requestContext": {"httpMethod": "POST", "resourcePath": "/"}}
    nothing = dict.fromkeys(("multiValueQueryStringParameters", "pathParameters", "stageVariables"))
    return lambda event, context: app({**event, **rest, **nothing}, context)


def starlette_on_mangum() -> Handle:
    async def root(request: Request) -> JSONResponse:
        return JSONResponse({"response": (await request.json())["response"]})

    adapter: Handle = mangum.Mangum(Starlette(routes=[Route("/", root, methods=["POST"])]), lifespan="off")
    return adapter


def fastapi_on_mangum() -> Handle:
    app = fastapi.FastAPI()

    @app.post("/")  # type: ignore[untyped-decorator]
    async def root(request: fastapi.Request) -> dict[str, Any]:
        return {"response": (await request.json())["response"]}

    adapter: Handle = mangum.Mangum(app, lifespan="off")
    return adapter


def functions() -> Handle:
    """functions-framework serves a function of a file over HTTP: an event becomes the request that its server makes."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "function.py")
        source.write_text(FUNCTION)
        app = functions_framework.create_app("root", str(source))
    return lambda event, _context: wsgi_adapter.respond(app, event)


RIVALS: dict[str, Callable[[], Handle]] = {
    POWERTOOLS: partial(powertools, LambdaFunctionUrlResolver),
    "powertools APIGatewayHttpResolver": partial(powertools, APIGatewayHttpResolver),
    "chalice": chalice_app,
    "mangum + starlette": starlette_on_mangum,
    "mangum + fastapi": fastapi_on_mangum,
    "functions-framework": functions,
}
