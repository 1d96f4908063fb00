"""The command `biot-emulator serve`."""

from __future__ import annotations

import argparse
import gc
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from biot_emulator.behaviour.file import read_behaviour
from biot_emulator.build import build_platform
from biot_emulator.http.certificates import trust
from biot_emulator.platform import Platform
from biot_emulator.program.serve_options import find_credentials, find_policies, find_registry
from biot_emulator.registry.outside.address import RegistryAddress
from biot_emulator.seed.document import read_seed
from biot_emulator.seed.errors import SeedInvalid
from biot_emulator.seed.filling import fill
from biot_emulator.server.background_thread import LOOPBACK, Server
from biot_emulator.standard_streams import print_line, print_warning
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import not_writable

__all__ = ["serve"]

_USERNAME = "admin@localhost"


def serve(options: argparse.Namespace, wait: Callable[[], None]) -> None:
    """Serve the platform that the options describe.

    Args:
        options: What `add_serve_options` adds.
        wait: Returns when it is to end.

    Raises:
        EmulatorError: An option, or the state in the folder, is no good.
    """
    credentials, registry = find_credentials(options), find_registry(options)
    admin = credentials or (_USERNAME, secrets.token_urlsafe(12))
    platform = _open_platform(options, admin, registry)
    with Server(platform, options.host, options.port) as server:
        if options.host not in LOOPBACK:
            print_warning(f"others can reach {server.url}, and try to log in")
        if not credentials:
            print_line(f"administrator {admin[0]} with password {admin[1]}")
        print_line(f"listening on {server.url}")
        # What the program has by now stays to its end: all calls wait while garbage is looked for among it.
        gc.freeze()
        wait()


def _open_platform(options: argparse.Namespace, admin: tuple[str, str], registry: RegistryAddress | None) -> Platform:
    """Build the platform, and fill a new state; where that fails, nothing stays open."""
    certificates = trust(options.ca_file) if options.ca_file else None
    policies = find_policies(options)
    behaviour = read_behaviour(options.platform) if options.platform else None
    seed = read_seed(options.seed) if options.seed else None
    try:
        with ExitStack() as on_failure:
            store = Store(options.data)
            on_failure.callback(store.close)
            platform = build_platform(
                store,
                admin=admin,
                policies=policies,
                behaviour=behaviour,
                certificates=certificates,
                outside_registry=registry,
            )
            on_failure.pop_all()
            on_failure.callback(platform.close)
            if seed:
                _fill(options.seed, lambda: fill(platform, store, seed, admin))
            on_failure.pop_all()
    except OSError as error:
        raise not_writable(options.data, error) from error
    return platform


def _fill(file: Path, fill_platform: Callable[[], bool]) -> None:
    try:
        if not fill_platform():
            print_line(f"the state was filled with {file} before")
    except SeedInvalid as error:
        raise SeedInvalid(f"{file}: {error}") from None
