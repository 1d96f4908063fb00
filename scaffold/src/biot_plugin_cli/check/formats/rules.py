"""What each code of a finding means, whatever the plugin: the rules of reports for other tools."""

from __future__ import annotations

from collections.abc import Mapping

from biot_plugin_cli.manifest.members.aws_account import AWS
from biot_plugin_cli.manifest.members.container_image import IMAGE
from biot_plugin_cli.manifest.members.plugin import SETTINGS

__all__ = ["RULES", "describe_rule"]

_SETTINGS = {**AWS.settings, **IMAGE.settings, **SETTINGS}
_INVALID = "-invalid"

RULES: Mapping[str, str] = {
    # The manifest.
    "key-unknown": "`[tool.biot-plugin]`, or a table in it, has a key that it does not have.",
    "key-missing": "`[tool.biot-plugin]` lacks a key that it must have.",
    "runtime-unknown": "`runtime` is not a runtime that the framework supports.",
    "runtime-deprecated": "AWS has deprecated the runtime.",
    "environment-invalid": "An environment variable has a name or a value that Lambda refuses.",
    "environment-reserved": "An environment variable has a name that is reserved for the platform, Lambda or deploy.",
    "environment-too-large": "The environment variables are larger than Lambda allows.",
    "vpc-incomplete": "`[tool.biot-plugin.aws]` has only one of `subnets` and `security-groups`.",
    "repository-missing": "`[tool.biot-plugin.aws]` has `create-repository` without a name for it.",
    "role-ambiguous": "`[tool.biot-plugin.aws]` has an existing role, and settings of one to make.",
    "timeout-not-given": "No timeout is set, and the platform documents two defaults: a warning.",
    "timeout-short": "The timeout may be too short for a cold start: a warning.",
    # The import of the plugin, and its hooks.
    "python-missing": "The plugin's interpreter is missing.",
    "import-failed": "The plugin cannot be imported.",
    "handler-missing": "The entry point that `handler` names is not there.",
    "handler-foreign": "The entry point is not the plugin's own.",
    "hooks-unknown": "The entry point does not use the framework, so its subscriptions are unknown: a warning.",
    "no-hooks": "The plugin has no hooks, so the platform never calls it: a warning.",
    "hook-invalid": "The arguments of a decorator, or its function, are not valid.",
    "cron-invalid": "A schedule is not valid.",
    "cron-never-due": "A schedule is never due: a warning.",
    "order-invalid": "The order of an interception is too large.",
    "order-reserved": "The order of an interception is reserved for the platform.",
    "api-id-unknown": "There is no such API, or it cannot be intercepted.",
    "entity-type-unknown": "There are no such entities, or none of this kind of hook.",
    "action-unknown": "There are no notifications of this action.",
    "never-notified": "The platform never sends such a notification: a warning.",
    # Secrets.
    "secret-tracked": "A file that git tracks has a secret.",
    "secret-packaged": "A file that would be packaged has a secret.",
    "secret-suspected": "A file has what may be a secret: a warning.",
    "env-file-tracked": "A file of variables, such as `.env`, is not ignored by git.",
    "env-file-packaged": "A file of variables, such as `.env`, would be packaged.",
    "secrets-unknown": "Files could not be searched for secrets: a warning.",
    # Container images.
    "image-refused": "The container image cannot be built as the manifest says.",
    "image-base-unknown": "The base image could not be looked at: a warning.",
    "image-base-unusable": "The base image cannot run the plugin.",
    "image-base-unpinned": "The base image has no digest, so that it can change: a warning.",
    "image-runtime-differs": "The base image has another Python than the manifest's runtime.",
    "image-handler-differs": "The image has another entry point than the manifest: a warning.",
    "image-not-loaded": "The image could not be loaded on this machine: a warning.",
    "package-type-fixed": "The platform has the plugin with another package type, which cannot be changed.",
    # Dependencies, source files and the package.
    "dependency-invalid": "A dependency is not valid, or declared in `requirements.txt` alone.",
    "dependency-without-wheel": "A dependency has no wheel that runs on Lambda.",
    "dependencies-unknown": "The dependencies could not be resolved: a warning.",
    "requires-python-mismatch": "`requires-python` excludes the plugin's runtime.",
    "lock-stale": "The lock file is out of date with pyproject.toml; the message names what changed.",
    "lock-invalid": (
        "The lock file is damaged, belongs to another project or Python version, or lies in a member of a workspace."
    ),
    "lock-missing": "There is no lock file: a warning, or an error if there is no uv either.",
    "link-outside": "A symbolic link leads out of the plugin's folder, to a file that differs between machines.",
    "link-broken": "A symbolic link does not lead to a file.",
    "library-foreign": "A shared library among the source files is for another processor, system or Python version.",
    "file-name-invalid": "A file name is not valid in a zip, or is in more than 100 nested folders.",
    "file-kind-invalid": "A pipe, a socket or a device is among the source files.",
    "file-missing": "A file that git tracks was left out by a sparse checkout, or not downloaded by Git LFS.",
    "submodule-missing": "A submodule is not checked out.",
    "module-not-packaged": (
        "The package lacks a module that the plugin's folder loads: an error if it cannot be loaded without."
    ),
    "file-not-packaged": (
        "The package lacks a file that the plugin's folder reads, or a distribution's metadata: an error if "
        "it cannot be loaded without."
    ),
    "library-not-packaged": "The package loads a shared library of this machine that Lambda does not have.",
    "program-not-packaged": (
        "The plugin runs a program while it is imported that Lambda does not have, such as a script of a dependency."
    ),
    "file-system-read-only": "The plugin writes outside of `/tmp` while it is imported.",
    "shared-memory-missing": (
        "The plugin makes a lock, queue or pool of multiprocessing while it is imported; Lambda has no `/dev/shm`."
    ),
    "module-shadowed": "A file has the name of a module of Python that Lambda's runtime has loaded before.",
    "package-import-failed": (
        "The package cannot be loaded for another reason, such as Lambda's limits of time and memory."
    ),
    "module-not-loaded": "The package has a module that the plugin's folder loads, but does not load it: a warning.",
    "module-of-lambda": (
        "The package lacks boto3 or another package that Lambda brings in a version of its own: a warning."
    ),
    "package-not-loaded": "The package could not be loaded on this machine, and why: a warning.",
    "package-refused": "The package is too large, has no entry point, or two of its files conflict.",
    "package-unknown": "The package could not be checked: a warning.",
    "types-changed": "A template differs from what the module of biot-plugin types was made of: a warning.",
    "types-outdated": "The module of types is not what biot-plugin types makes of the same templates: a warning.",
    "types-unknown": "The module of types could not be compared with the templates, and why: a warning.",
}
"""A sentence for each code, besides those of the settings' values."""


def describe_rule(code: str) -> str:
    """Return what a code means, as a sentence.

    Args:
        code: The code of a finding.
    """
    setting = _SETTINGS.get(code.removesuffix(_INVALID)) if code.endswith(_INVALID) else None
    if setting is not None and code not in RULES:
        return f"`{code.removesuffix(_INVALID)}` is not {setting.value.words}."
    return RULES.get(code, "A finding of biot-plugin check.")
