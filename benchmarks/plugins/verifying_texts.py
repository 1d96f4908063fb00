"""The same plugin as others write it: it verifies its caller, and strips a name."""

from __future__ import annotations

from pathlib import Path

__all__ = ["CHALICE", "FASTAPI", "FUNCTION", "FUNCTIONS_FRAMEWORK", "JOSE", "NOTHING", "POWERTOOLS", "STARLETTE"]

_KEY = """
url = f"{os.environ['BIOT_BASE_URL']}/ums/v1/security/public-key"
key = f"-----BEGIN PUBLIC KEY-----\\n{urllib3.request('GET', url).json()['publicKey']}\\n-----END PUBLIC KEY-----"
"""
#: The platform's samples fetch the key in the first event and in each other.
JOSE = f"""
{Path(__file__).with_name("samples_way.py").read_text()}

import json
import logging

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event, context):
    claims = claims_of(event["headers"]["authorization"].removeprefix("Bearer "))
    if "PLUGIN_INTERCEPTOR" not in claims["scopes"]:
        return {{"statusCode": 403, "body": json.dumps({{"code": "ACCESS_DENIED"}})}}
    request = json.loads(event["body"])["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    logger.info("patient")
    return {{"statusCode": 200, "body": json.dumps({{"request": request}})}}
"""
POWERTOOLS = f"""
import os

import jwt
import urllib3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver

logger = Logger(service="demo")
app = LambdaFunctionUrlResolver()
{_KEY}

@app.post("/")
def strip():
    token = app.current_event.headers["authorization"].removeprefix("Bearer ")
    if "PLUGIN_INTERCEPTOR" not in jwt.decode(token, key, algorithms=["RS512"])["scopes"]:
        return {{"code": "ACCESS_DENIED"}}, 403
    request = app.current_event.json_body["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return {{"request": request}}


handler = app.resolve
"""
FASTAPI = f"""
import os

import fastapi
import jwt
import mangum
import urllib3

app = fastapi.FastAPI()
{_KEY}

@app.post("/")
async def strip(received: fastapi.Request):
    token = received.headers["authorization"].removeprefix("Bearer ")
    if "PLUGIN_INTERCEPTOR" not in jwt.decode(token, key, algorithms=["RS512"])["scopes"]:
        raise fastapi.HTTPException(403)
    request = (await received.json())["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return {{"request": request}}


handler = mangum.Mangum(app, lifespan="off")
"""
STARLETTE = f"""
import os

import jwt
import mangum
import urllib3
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route

{_KEY}

async def strip(received):
    token = received.headers["authorization"].removeprefix("Bearer ")
    if "PLUGIN_INTERCEPTOR" not in jwt.decode(token, key, algorithms=["RS512"])["scopes"]:
        raise HTTPException(403)
    request = (await received.json())["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return JSONResponse({{"request": request}})


handler = mangum.Mangum(Starlette(routes=[Route("/", strip, methods=["POST"])]), lifespan="off")
"""
#: chalice knows the events of API Gateway's REST APIs alone, which have these members.
CHALICE = f"""
import os

import jwt
import urllib3
from chalice import Chalice, ForbiddenError

app = Chalice(app_name="demo")
{_KEY}

@app.route("/", methods=["POST"])
def strip():
    token = app.current_request.headers["authorization"].removeprefix("Bearer ")
    if "PLUGIN_INTERCEPTOR" not in jwt.decode(token, key, algorithms=["RS512"])["scopes"]:
        raise ForbiddenError
    request = app.current_request.json_body["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return {{"request": request}}


def handler(event, context):
    rest = {{"requestContext": {{"httpMethod": "POST", "resourcePath": "/"}}}}
    nothing = dict.fromkeys(("multiValueQueryStringParameters", "pathParameters", "stageVariables"))
    return app({{**event, **rest, **nothing}}, context)
"""
#: functions-framework serves a function of a file over HTTP, and has no way from Lambda's events.
FUNCTION = f"""
import os

import functions_framework
import jwt
import urllib3

{_KEY}

@functions_framework.http
def strip(received):
    token = received.headers["authorization"].removeprefix("Bearer ")
    if "PLUGIN_INTERCEPTOR" not in jwt.decode(token, key, algorithms=["RS512"])["scopes"]:
        return {{"code": "ACCESS_DENIED"}}, 403
    request = received.get_json()["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return {{"request": request}}
"""
FUNCTIONS_FRAMEWORK = f"""
{Path(__file__).with_name("wsgi_adapter.py").read_text()}

from pathlib import Path

import functions_framework

app = functions_framework.create_app("strip", str(Path(__file__).with_name("function.py")))


def handler(event, context):
    return respond(app, event)
"""
NOTHING = """
def handler(event, context):
    return {"statusCode": 200}
"""
