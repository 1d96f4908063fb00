"""The same plugin, written and packaged in different ways: it verifies its caller, and strips a name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PLUGINS", "SAMPLES", "SAMPLES_HALF", "SAMPLES_VALID", "Packaged", "package"]

ROOT = Path(__file__).parents[2]
UV = ROOT / ".uv" / "bin" / "uv"
EVEN = 1_700_000_000
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"

OURS = """
from biot_plugin import Plugin, PreRequest

plugin = Plugin()


@plugin.pre_request("POST/organization/v1/users/patients")
def strip(event: PreRequest) -> None:
    event.body["name"] = event.body["name"].strip()


handler = plugin.handler
"""
MANIFEST = f"""
[tool.biot-plugin]
name = "demo"
display-name = "Demo"
version = 1
runtime = "{RUNTIME}"
[project]
name = "demo"
version = "0"
requires-python = "=={RUNTIME.removeprefix("python")}.*"
dependencies = ["biot-plugin"]
[tool.uv]
package = false
[tool.uv.sources]
biot-plugin = {{ path = {json.dumps(str(ROOT / "framework"))} }}
"""
#: The platform's samples fetch the key with requests, and verify with python-jose, in the first event and each other.
JOSE = """
import json
import logging
import os

import requests
from jose import jwt

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def public_key():
    response = requests.get(f"{os.environ['BIOT_BASE_URL']}/ums/v1/security/public-key", timeout=3)
    response.raise_for_status()
    return f"-----BEGIN PUBLIC KEY-----\\n{response.json()['publicKey']}\\n-----END PUBLIC KEY-----"


def handler(event, context):
    token = event["headers"]["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, public_key(), algorithms=["RS512"], options={"verify_aud": False})
    if "PLUGIN_INTERCEPTOR" not in claims["scopes"]:
        return {"statusCode": 403, "body": json.dumps({"code": "ACCESS_DENIED"})}
    request = json.loads(event["body"])["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    logger.info("patient")
    return {"statusCode": 200, "body": json.dumps({"request": request})}
"""
POWERTOOLS = """
import os

import jwt
import urllib3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver

logger = Logger(service="demo")
app = LambdaFunctionUrlResolver()
url = f"{os.environ['BIOT_BASE_URL']}/ums/v1/security/public-key"
key = f"-----BEGIN PUBLIC KEY-----\\n{urllib3.request('GET', url).json()['publicKey']}\\n-----END PUBLIC KEY-----"


@app.post("/")
def strip():
    token = app.current_event.headers["authorization"].removeprefix("Bearer ")
    if "PLUGIN_INTERCEPTOR" not in jwt.decode(token, key, algorithms=["RS512"])["scopes"]:
        return {"code": "ACCESS_DENIED"}, 403
    request = app.current_event.json_body["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return {"request": request}


handler = app.resolve
"""
FASTAPI = """
import os

import fastapi
import jwt
import mangum
import urllib3

app = fastapi.FastAPI()
url = f"{os.environ['BIOT_BASE_URL']}/ums/v1/security/public-key"
key = f"-----BEGIN PUBLIC KEY-----\\n{urllib3.request('GET', url).json()['publicKey']}\\n-----END PUBLIC KEY-----"


@app.post("/")
async def strip(received: fastapi.Request):
    token = received.headers["authorization"].removeprefix("Bearer ")
    if "PLUGIN_INTERCEPTOR" not in jwt.decode(token, key, algorithms=["RS512"])["scopes"]:
        raise fastapi.HTTPException(403)
    request = (await received.json())["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return {"request": request}


handler = mangum.Mangum(app, lifespan="off")
"""
NOTHING = """
def handler(event, context):
    return {"statusCode": 200}
"""


@dataclass(frozen=True)
class Packaged:
    """A plugin as Lambda gets it, unpacked.

    Attributes:
        folder: What Lambda has in `/var/task`.
        bytes: The size of the archive.
    """

    folder: Path
    bytes: int


def _ours(folder: Path) -> Path:
    (folder / "index.py").write_text(OURS)
    (folder / "pyproject.toml").write_text(MANIFEST)
    subprocess.run([UV, "lock", "--quiet", "--python", sys.executable], cwd=folder, check=True)
    command = (sys.executable, "-c", "from biot_plugin_cli.main import main; main()", "package")
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / "dist" / "demo.zip"


#: Of how many files in a row the last is from an odd second: of none, of each second one, of all.
VALID, HALF_STALE, STALE = 0, 2, 1


def _usual(code: str, *distributions: str, stale: int = VALID) -> Callable[[Path], Path]:
    """Package as most instructions for Lambda say: `pip install --target`, then an archive of the folder.

    Bytecode names the very time of its source, and an archive has local times in steps of two seconds: that of a file
    from an odd second is stale on Lambda, and compiled anew with each cold start. These are half of all files, and all
    of them if the archive was made in another time zone than UTC, by another version of Python, or by a tool that
    leaves bytecode out, as `sam build` and chalice do.

    Args:
        code: The plugin.
        distributions: What it needs.
        stale: Which files have stale bytecode.
    """

    def make(folder: Path) -> Path:
        task, tools = folder / "task", folder / "tools"
        subprocess.run([UV, "venv", "--quiet", "--seed", "--python", sys.executable, tools], check=True)
        install = (str(tools / "bin" / "pip"), "install", "--quiet", "--target", str(task), *distributions)
        if distributions:
            subprocess.run(install, check=True)
        task.mkdir(exist_ok=True)
        (task / "index.py").write_text(code)
        for number, path in enumerate(sorted(task.rglob("*.py"))):
            odd = stale != VALID and number % stale == 0
            os.utime(path, (EVEN + odd,) * 2)
        subprocess.run((sys.executable, "-m", "compileall", "-q", "-f", task), check=True)
        return Path(shutil.make_archive(str(folder / "demo"), "zip", task))

    return make


SAMPLES = "the samples' way: python-jose, requests"
SAMPLES_HALF, SAMPLES_VALID = f"{SAMPLES}, half of its bytecode valid", f"{SAMPLES}, all of it valid"
PLUGINS: dict[str, Callable[[Path], Path]] = {
    SAMPLES: _usual(JOSE, "python-jose[cryptography]", "requests", stale=STALE),
    SAMPLES_HALF: _usual(JOSE, "python-jose[cryptography]", "requests", stale=HALF_STALE),
    SAMPLES_VALID: _usual(JOSE, "python-jose[cryptography]", "requests"),
    "biot_plugin": _ours,
    "powertools' resolver, PyJWT, urllib3": _usual(POWERTOOLS, "aws-lambda-powertools", "PyJWT[crypto]", "urllib3"),
    "mangum, fastapi, PyJWT, urllib3": _usual(FASTAPI, "mangum", "fastapi", "PyJWT[crypto]", "urllib3"),
    "nothing: the floor": _usual(NOTHING),
}
"""What packages each plugin: into a folder that it gets, returning the archive."""


def package(name: str, folder: Path) -> Packaged:
    """Package a plugin, and unpack it as Lambda does, with the times that its archive has."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "build").mkdir(parents=True)
    archive = PLUGINS[name](folder / "build")
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            path = Path(opened.extract(info, folder / "unpacked"))
            moment = time.mktime((*info.date_time, 0, 0, -1))
            os.utime(path, (moment, moment))
    return Packaged(folder / "unpacked", archive.stat().st_size)
