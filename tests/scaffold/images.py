"""Image plugins and bases for them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.cache_folder import scratch_folder
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.builder import build_image
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.login import Login
from biot_plugin_cli.registry.push import push_image
from tests.registries import PASSWORD, USER, DockerRegistry, SmallImage, make_image, make_tar
from tests.scaffold.packages import THIS, Repository

PYTHON = f"usr__bin__{THIS}"


def image_plugin(repository: Repository, **settings: str) -> Path:
    """Make a repository that of an image plugin."""
    path = repository.root / "pyproject.toml"
    table = "".join(f'{key} = "{text}"\n' for key, text in settings.items())
    text = path.read_text().replace('name = "demo"', 'name = "demo"\npackage = "image"', 1)
    path.write_text(f"{text}\n[tool.biot-plugin.image]\n{table}")
    return repository.root


@contextmanager
def built(root: Path, **options: Any) -> Iterator[Image]:
    with scratch_folder(root) as folder:
        yield build_image(Plugin.load(root), folder, **options)


def push_base(registry: DockerRegistry, image: SmallImage, name: str = "base", tag: str = "1") -> str:
    """Push a base, and return its reference by digest."""
    with Registry(registry.host) as client:
        push_image(client, name, tag, image)
    return f"{registry.host}/{name}:{tag}@{image.manifest.digest}"


def push_base_with_login(registry: DockerRegistry, image: SmallImage) -> None:
    """Push a base to a registry that wants credentials."""
    with Registry(registry.host, lambda: Login(USER, PASSWORD)) as client:
        push_image(client, "base", "1", image)


def python_base(*, client: bool = True, docker: bool = False, python: bytes = b"python") -> SmallImage:
    """A base that has something named like the interpreter of this runtime, and a runtime client."""
    buffer = io.BytesIO(make_tar(**{PYTHON: python}))
    if client:
        with tarfile.open(fileobj=buffer, mode="a") as archive:
            archive.addfile(tarfile.TarInfo(f"usr/lib/{THIS}/site-packages/awslambdaric/__main__.py"))
    return make_image(buffer.getvalue(), docker=docker)
