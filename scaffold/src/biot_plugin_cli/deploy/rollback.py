"""Deploys older code again: a stored package, the build of a commit, or a package in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.cache_folder import scratch_folder
from biot_plugin_cli.deploy.code.built import code_of, read_package
from biot_plugin_cli.deploy.code.unbuilt import refuse
from biot_plugin_cli.deploy.code.zip_file import ZipCode
from biot_plugin_cli.deploy.config_changes import Config
from biot_plugin_cli.deploy.configuration import code_config, plugin_config
from biot_plugin_cli.deploy.deployment import upload
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.deploy.older.code import OlderCode
from biot_plugin_cli.deploy.older.commit_build import CommitBuild, building_commit
from biot_plugin_cli.deploy.older.hooks import hooks_of_archive
from biot_plugin_cli.deploy.older.package_file import PackageFile, read_package_file
from biot_plugin_cli.deploy.older.recompilation import with_own_bytecode
from biot_plugin_cli.deploy.older.selection import (
    RollbackChoice,
    match_version,
    require_commit,
    require_previous,
    require_version,
)
from biot_plugin_cli.deploy.plan import INTERCEPTION_ORDER, Plan, make_plan
from biot_plugin_cli.deploy.report import plan_document, print_note, print_plan
from biot_plugin_cli.deploy.versions.known import KnownVersion, known_versions
from biot_plugin_cli.deploy.versions.record import CodeOrigin
from biot_plugin_cli.errors import InvalidPlugin, UsageError
from biot_plugin_cli.hooks.discovery import Hooks, discover_hooks
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.loading.image_code import write_code_of
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["roll_back"]


def roll_back(destination: Destination, choice: RollbackChoice, *, yes: bool) -> dict[str, Any]:
    """Deploy the code of an older version again, as a new version; return the document of `--json`.

    Args:
        destination: Where to deploy.
        choice: Which code; that of the last version whose code differs from that of the current one if nothing is
            chosen.
        yes: Whether to skip the confirmation.

    Raises:
        OperationFailed: There is no such plugin, or no such code, or it is not what was deployed.
        CliError: It cannot be deployed.
    """
    choice.require_one()
    deployed = destination.deployed_plugin()
    # The versions of a plugin that was deleted and created again are unrelated to those of the deployed one.
    known = known_versions(deployed, destination.history().of(deployed.get("endpointUrl")))
    with _older_code(destination, deployed, known, choice) as older:
        return _deploy(destination, deployed, older, yes=yes)


def _deploy(destination: Destination, deployed: Config, older: OlderCode, *, yes: bool) -> dict[str, Any]:
    origin = CodeOrigin(older.commit, older.version)

    def make(deployed: Config) -> Plan:
        config = {**deployed, **older.config}
        return make_plan(deployed, config, older.content_hash, unmentioned={INTERCEPTION_ORDER}, origin=origin)

    plan = make(deployed)
    environment = destination.plugin.manifest.environment
    print_plan(plan, destination.base_url, environment, older.commit)
    document = {**plan_document(plan, environment), "codeOf": older.version, "commit": older.commit}
    if plan.action == "none":
        return document
    code = older.read()
    confirm(f"Deploy the code of version {older.version} again?", yes=yes)
    return {**document, **upload(destination, plan, make, code, older.config, origin)}


@contextmanager
def _older_code(
    destination: Destination, deployed: Config, known: Sequence[KnownVersion], choice: RollbackChoice
) -> Iterator[OlderCode]:
    """Find the code that was chosen; its files exist as long as the context."""
    plugin = destination.plugin
    if choice.commit is not None:
        with building_commit(plugin, choice.commit, choice.builder) as build:
            yield _code_of_commit(plugin, build, known)
        return
    if choice.package is not None:
        yield _code_of_file(plugin, deployed, _read_file(plugin, choice.package), known)
        return
    item = require_previous(known) if choice.version is None else require_version(known, choice.version)
    # Only zip files have a runtime.
    if choice.builder and item.record.runtime:
        raise UsageError(f"--builder is for container images, and version {item.version} is a zip file: leave it out")
    if code := _present_code(item):
        yield code
        return
    commit = require_commit(plugin.root, item, known)
    print_note(f"the package of version {item.version} is not in this folder, so its commit {commit[:12]} is built")
    with building_commit(plugin, commit, choice.builder) as build:
        yield _code_of_commit(plugin, build, known, item.version)


def _present_code(item: KnownVersion) -> OlderCode | None:
    """Return the code of a version that need not be built; None if it has to be."""
    record, stored = item.record, item.stored
    if stored is not None:
        return OlderCode(item.version, stored.content_hash, stored.config, record.commit_record, stored.read)
    if item.is_live and record.content_hash:
        # There is nothing to do, so that it is not read.
        return OlderCode(item.version, record.content_hash, {}, record.commit_record, refuse)
    return None


def _read_file(plugin: Plugin, path: Path) -> PackageFile:
    if plugin.manifest.package == "image":
        raise InvalidPlugin(
            f"{plugin.manifest.name} is deployed as a container image, and --package takes zip files: use --to or "
            "--commit"
        )
    return read_package_file(path)


def _code_of_commit(
    plugin: Plugin, build: CommitBuild, known: Sequence[KnownVersion], version: int | None = None
) -> OlderCode:
    manifest, is_image = build.plugin.manifest, isinstance(build.built, Image)
    item = match_version(
        known,
        build.content_hash,
        f"The build of the commit {build.commit[:12]}",
        None if is_image else manifest.runtime,
        commit=build.commit,
        version=version,
    )
    hooks = _hooks_of(plugin, build)
    code = code_of(build.built)
    config = _config_of(manifest, hooks)
    return OlderCode(item.version, build.content_hash, config, build.commit, lambda: code)


def _hooks_of(plugin: Plugin, build: CommitBuild) -> Hooks:
    if not isinstance(build.built, Image):
        return hooks_of_archive(plugin, build.plugin, read_package(build.built))
    with scratch_folder(plugin.root) as folder:
        # What an engine has built needs what is in its base: its source files are all there is to import.
        if build.built.builder == "layers" and write_code_of(build.built, folder / "code.zip"):
            return hooks_of_archive(plugin, build.plugin, (folder / "code.zip").read_bytes())
    return discover_hooks(build.plugin)


def _code_of_file(plugin: Plugin, deployed: Config, package: PackageFile, known: Sequence[KnownVersion]) -> OlderCode:
    item = match_version(known, package.content_hash, f"The package {package.name}", package.runtime)
    record = item.record
    # Without a bill of materials beside it, it ran as the plugin does now.
    manifest = plugin.manifest._replace(
        runtime=package.runtime or record.runtime or deployed.get("runtime") or plugin.manifest.runtime,
        handler=package.handler or deployed.get("handler") or plugin.manifest.handler,
    )
    content = with_own_bytecode(package, manifest.runtime)
    hooks = hooks_of_archive(plugin, plugin._replace(manifest=manifest), content)
    code = ZipCode(package.name, content, package.content_hash)
    commit = package.commit or record.commit_record
    return OlderCode(item.version, package.content_hash, _config_of(manifest, hooks), commit, lambda: code)


def _config_of(manifest: Manifest, hooks: Hooks) -> Mapping[str, Any]:
    config = plugin_config(manifest, hooks)
    return code_config(config, config, hooks)
