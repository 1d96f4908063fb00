"""pytest fixtures for plugins; pytest finds them where `biot-plugin` is installed.

- `biot_api`: a `FakeApi`, in place of the platform behind `event.biot`.
- `biot_client`: a `Client` for the plugin in the folder that pytest runs in.
- `biot_plugin`: that plugin, loaded by `handler` in `[tool.biot-plugin]`, as in Lambda. Override it to test another.
- `biot_signer`: signs the events' tokens.
- `lambda_context`: a Lambda context whose deadline runs.

The marker `@pytest.mark.requirement("REQ-12")` says what a test verifies; so does a line `Requirements: REQ-1, REQ-2`
of its docstring. `--junit-xml` has that as properties of the test.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from biot_plugin.testing.requirement_ids import PROPERTY, requirement_ids

if TYPE_CHECKING:
    from biot_plugin.plugin import Plugin
    from biot_plugin.testing.client import Client
    from biot_plugin.testing.fake_api import FakeApi
    from biot_plugin.testing.lambda_context import Context
    from biot_plugin.testing.token_signer import Signer


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known to pytest."""
    config.addinivalue_line(
        "markers", "requirement(id, ...): the requirements that the test verifies, which its JUnit report names"
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let each report of a test name its requirements, with pytest-xdist too."""
    item.user_properties += [(PROPERTY, requirement) for requirement in requirement_ids(item)]


@pytest.fixture(scope="session")
def biot_signer() -> Signer:
    """Signs tokens as the platform does."""
    from biot_plugin.testing.token_signer import default_signer

    return default_signer()


@pytest.fixture
def lambda_context() -> Context:
    """A Lambda context with the platform's default timeout of 3 s."""
    from biot_plugin.testing.lambda_context import Context

    return Context()


@pytest.fixture(scope="session")
def biot_plugin(pytestconfig: pytest.Config) -> Plugin:
    """The plugin in the folder that pytest runs in."""
    return _load(pytestconfig.rootpath)


@pytest.fixture
def biot_api() -> Iterator[FakeApi]:
    """A fake of the platform's API, with the responses that the test defines."""
    from biot_plugin.testing.fake_api import FakeApi

    api = FakeApi()
    yield api
    api.check()


@pytest.fixture
def biot_client(biot_plugin: Plugin, biot_signer: Signer, biot_api: FakeApi) -> Client:
    """The platform as the plugin sees it."""
    from biot_plugin.testing.client import Client

    return Client(biot_plugin, signer=biot_signer, api=biot_api)


def _load(root: Path) -> Plugin:
    from biot_plugin.plugin import Plugin

    name = _handler_name(root)
    module_name, _, function = name.rpartition(".")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    handler: Any = getattr(importlib.import_module(module_name.replace("/", ".")), function)
    plugin = getattr(handler, "__self__", None)
    if not isinstance(plugin, Plugin):
        raise pytest.UsageError(f"{name} is not the handler of a Plugin: define it as `handler = plugin.handler`")
    return plugin


def _handler_name(root: Path) -> str:
    if sys.version_info >= (3, 11):
        import tomllib
    else:  # pragma: no cover  # Python 3.10
        import tomli as tomllib

    path = root / "pyproject.toml"
    manifest = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return str(manifest.get("tool", {}).get("biot-plugin", {}).get("handler", "index.handler"))
