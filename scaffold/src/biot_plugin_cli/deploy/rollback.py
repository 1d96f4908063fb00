"""Deploys an older package again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NoReturn

from biot_plugin_cli.deploy.history import Deployed
from biot_plugin_cli.deploy.plan import INTERCEPTION_ORDER, content_hash_of, make_plan
from biot_plugin_cli.deploy.report import plan_document, print_plan
from biot_plugin_cli.deploy.workflow import Target, apply, confirm, present_plugin
from biot_plugin_cli.errors import OperationFailed

__all__ = ["roll_back"]


def roll_back(target: Target, version: int | None, *, yes: bool) -> dict[str, Any]:
    """Deploy the code of an older version again, as a newer one; give the document of `--json`.

    Args:
        target: Where to.
        version: Which; None for the last one whose code is not that of the present one.
        yes: Whether nobody is asked.

    Raises:
        OperationFailed: There is no plugin, or no such package here.
        CliError: It cannot be deployed.
    """
    present = present_plugin(target)
    # Of a plugin that was removed and made again, the numbers say nothing about the one that is there.
    kept = [one for one in target.history().of(present.get("endpointUrl")) if one.version < present["version"]]
    older = _before(kept, present) if version is None else _named(kept, version)
    plan = make_plan(present, {**present, **older.config}, older.content_hash, unmentioned={INTERCEPTION_ORDER})
    print_plan(plan, target.base_url)
    told = {"codeOf": older.version}
    if plan.action == "none":
        return {**plan_document(plan), **told}
    confirm(f"Deploy the code of version {older.version} again?", yes=yes)
    code = (older.file.name, older.file.read_bytes())
    address = apply(target, plan, code, older.content_hash, older.config)
    return {**plan_document(plan), **told, "endpointUrl": address}


def _named(kept: Sequence[Deployed], version: int) -> Deployed:
    found = next((one for one in kept if one.version == version), None)
    return found or _refuse(f"version {version}", kept)


def _before(kept: Sequence[Deployed], present: Mapping[str, Any]) -> Deployed:
    """Find the last package with other code than that of the present version.

    Where a version between them was deployed from elsewhere, none is that.
    """
    there = content_hash_of(present)
    for one, version in zip(kept, count(present["version"] - 1, -1), strict=False):
        if one.version != version:
            raise OperationFailed(
                f"Version {version} was not deployed from this folder, which has {_versions(kept)}: "
                "choose one of them with --to, or check the older code out, and deploy it"
            )
        if one.content_hash != there:
            return one
    return _refuse("an older version with other code", kept)


def _refuse(wanted: str, kept: Sequence[Deployed]) -> NoReturn:
    raise OperationFailed(
        f"The package of {wanted} is not kept in this folder, which has {_versions(kept)}: "
        "check the older code out, and deploy it"
    )


def _versions(kept: Sequence[Deployed]) -> str:
    return ", ".join(str(one.version) for one in kept) or "none"
