"""The image of the function, and the repository that it is in: both there before the function asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.aws.ecr.pull_policy import may_pull, with_pull_right
from biot_plugin_cli.aws.ecr.repository import Repository, create_repository, find_repository, has_image, set_policy
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.own_account.code.built import require_repository_name
from biot_plugin_cli.own_account.code.container_image import ImageCode
from biot_plugin_cli.own_account.code.repository import own_repository
from biot_plugin_cli.own_account.steps.base import Deployment, Step, step_for

__all__ = ["plan_image", "plan_repository"]


def plan_repository(deployment: Deployment) -> list[Step]:
    """Plan the repository; nothing for a zip file. A repository of the account's is only given the right to be read.

    Raises:
        OperationFailed: There is no such repository, and none is to be made.
    """
    desired, before = deployment.desired, deployment.actual.repository
    if desired.code is None or not desired.is_image:
        return []
    name, tags = require_repository_name(desired.settings), desired.tags
    if before is None and not desired.settings.create_repository:
        raise OperationFailed(
            f"There is no repository {name} in the ECR of the AWS account {deployment.account.id}, "
            f"{deployment.account.region_name}: create it, or set create-repository = true in [tool.biot-plugin.aws]"
        )

    def create() -> None:
        create_repository(deployment.account, name, tags)
        allow()

    def allow() -> None:
        repository = find_repository(deployment.account, name) or Repository()
        if not may_pull(repository.policy):
            set_policy(deployment.account, name, with_pull_right(repository.policy, deployment.account))

    after = {**_fields(may_pull_images=True), **({"tags": tags} if before is None else {})}
    fields = _fields(may_pull_images=may_pull(before.policy)) if before else None
    return step_for(f"repository {name}", fields, after, create, allow)


def plan_image(deployment: Deployment, *, code_changes: bool) -> list[Step]:
    """Plan to push the image; nothing for a zip file, or where the repository has what the function runs.

    Args:
        deployment: The deployment.
        code_changes: Whether the function is to run other code.
    """
    code = deployment.desired.code
    if not isinstance(code, ImageCode):
        return []
    if not code_changes and not _is_lost(deployment, code):
        return []

    def push() -> None:
        deployment.pushed = own_repository(deployment.account, code.repository).push(code.image, deployment.progress)

    # Which layers are sent is known when the registry is asked for them.
    fields: Mapping[str, Any] = {"digest": code.image.digest}
    return step_for(f"image {code.image.tag} in {code.repository}", None, fields, push, push)


def _is_lost(deployment: Deployment, code: ImageCode) -> bool:
    """Whether the repository has lost the image of the function: Lambda needs it again some day."""
    function = deployment.actual.function
    is_same = function is not None and function.code_sha256 == code.sha256
    return is_same and not has_image(deployment.account, code.repository, code.image.digest)


def _fields(*, may_pull_images: bool) -> dict[str, Any]:
    return {"lambdaMayPull": may_pull_images}
