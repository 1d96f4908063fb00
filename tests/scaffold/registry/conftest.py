"""Registries, and clients that do not really wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.requests.backoff import Backoff
from tests.faulty_registry import FaultyRegistry, faulty_registry
from tests.registries import Connect, DockerRegistry, docker_registry


@pytest.fixture(scope="session")
def plain_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    """Debian's docker-registry, which speaks http and wants no credentials."""
    with docker_registry(tmp_path_factory.mktemp("registry") / "plain", tls=False, login=False) as registry:
        yield registry


@pytest.fixture(scope="session")
def secure_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    """Debian's docker-registry with TLS and basic authentication."""
    with docker_registry(tmp_path_factory.mktemp("registry") / "secure") as registry:
        yield registry


@pytest.fixture
def faulty(plain_registry: DockerRegistry) -> Iterator[FaultyRegistry]:
    """The plain registry behind a proxy that fails as the test chooses."""
    with faulty_registry(plain_registry.host) as proxy:
        yield proxy


@pytest.fixture
def waits() -> list[float]:
    """The seconds that clients would have waited."""
    return []


@pytest.fixture
def connect(waits: list[float]) -> Iterator[Connect]:
    """Create clients; the arguments are those of `Registry`."""
    with ExitStack() as stack:

        def create(host: str, *arguments: Any, **options: Any) -> Registry:
            return stack.enter_context(Registry(host, *arguments, backoff=Backoff(sleep=waits.append), **options))

        yield create
