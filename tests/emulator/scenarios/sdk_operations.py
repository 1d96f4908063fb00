"""Calls operations with the official SDKs; run by an interpreter that has them.

    sdk_operations.py

It first writes one JSON line: a list of [SDK, method, path template] of every operation. Then it reads one JSON line
for each call, with `operation` as listed, `url`, `token`, and `path_parameters` (by their position), `query`,
`headers` and `body` where there are any; and writes one with `error`, which is null if the SDK took the answer.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import sys
import typing
from collections.abc import Callable, Iterator
from typing import Any

_CALL = re.compile(r"method='(\w+)',\s*resource_path='([^']+)'")
#: One SDK has the services' prefixes in its paths, the others expect them in the address.
_PREFIXES = {"organization": "", "facade": "/api-gateway", "generic_entity": "/generic-entity"}

Operation = tuple[str, str, str]


def main() -> None:
    functions = dict(operations())
    answer(list(functions))
    for line in sys.stdin:
        call = json.loads(line)
        sdk, method, path = call["operation"]
        cls, name = functions[sdk, method, path]
        try:
            run(getattr(cls(client(sdk, call["url"], call["token"])), name), path, call)
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"[:2000]})
        else:
            answer({"error": None})


def answer(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def operations() -> Iterator[tuple[Operation, tuple[type, str]]]:
    """Find every operation of every SDK, with the class and the method that call it."""
    for module in pkgutil.iter_modules():
        if match := re.fullmatch(r"biotmed_(\w+)_sdk", module.name):
            api = importlib.import_module(f"{module.name}.api")
            for _, cls in inspect.getmembers(api, inspect.isclass):
                for name, function in inspect.getmembers(cls, inspect.isfunction):
                    if name.endswith("_serialize"):
                        call = _CALL.search(inspect.getsource(function))
                        assert call, name
                        path = prefix(match[1]) + call[2]
                        yield (match[1], call[1], path), (cls, name.removeprefix("_").removesuffix("_serialize"))


def prefix(sdk: str) -> str:
    return _PREFIXES.get(sdk, f"/{sdk}")


def client(sdk: str, url: str, token: str | None) -> Any:
    module = importlib.import_module(f"biotmed_{sdk}_sdk")
    return module.ApiClient(module.Configuration(host=url + prefix(sdk), access_token=token))


def run(function: Callable[..., Any], path: str, call: dict[str, Any]) -> None:
    """Call a method of an SDK with values for its parameters."""
    variables = re.findall(r"{(\w+)}", path)
    values = dict(zip(variables, call.get("path_parameters", ()), strict=True))
    values |= {**call.get("query", {}), **call.get("headers", {})}
    by_name = {snake(name): value for name, value in values.items()}
    body = call.get("body", {})
    types = typing.get_type_hints(function)
    arguments: dict[str, Any] = {}
    for name in inspect.signature(function).parameters:
        if name.startswith("_"):
            continue
        if name in by_name:
            arguments[name] = made(types[name], by_name[name])
        elif model(types[name]) and name != "search_request" and "body" in call:
            arguments[name] = made(types[name], body.get(name, body))
        elif name in body:
            arguments[name] = content(body[name])
    function(**arguments)


def made(type: Any, value: Any) -> Any:
    """Make what an SDK takes of JSON."""
    cls = model(type)
    if cls is None:
        return value
    return cls.from_dict(json.loads(value) if isinstance(value, str) else value)


def model(type: Any) -> Any:
    """Return the class of a model, also of an optional one."""
    candidates = (type, *typing.get_args(type))
    return next((candidate for candidate in candidates if hasattr(candidate, "from_dict")), None)


def content(value: Any) -> Any:
    """Return what of a form is a file, which JSON cannot express, as the SDKs take it."""
    return ("file", value.encode())


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower().replace("-", "_")


if __name__ == "__main__":
    main()
