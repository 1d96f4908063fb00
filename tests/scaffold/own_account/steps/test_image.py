"""Images in an account of one's own: moto has repositories, images and functions, but no registry to push to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.aws.ecr.pull_policy import may_pull
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.deploy.older.selection import RollbackChoice
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed, PlatformRefused
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.layout import write_layout_to
from biot_plugin_cli.own_account.deletion import delete
from biot_plugin_cli.own_account.rollback import roll_back
from biot_plugin_cli.own_account.secrets import change_secrets
from biot_plugin_cli.own_account.status import show_status
from biot_plugin_cli.own_account.steps import image as image_steps
from biot_plugin_cli.publish.repository import Pushed
from tests.scaffold.moto_account import ACCOUNT, REGION, MotoAccount
from tests.scaffold.own_account.memory_account import MemoryAccount
from tests.scaffold.own_account.quick import QuickPlugin
from tests.scaffold.pushed_images import image_of

pytestmark = pytest.mark.slow


@pytest.fixture
def aws(memory_aws: MemoryAccount) -> MotoAccount:
    return memory_aws


@dataclass
class Registry:
    """Puts what is pushed into moto's repository, without its layers.

    Attributes:
        pushed: The tags.
        before: Runs before a push, and may raise.
    """

    aws: MotoAccount
    name: str
    pushed: list[str] = field(default_factory=list)
    before: Callable[[], object] = bool

    def push(self, image: Image, _: Callable[[str], None]) -> Pushed:
        self.before()
        if image.tag in self.pushed:
            return Pushed(f"registry/{self.name}", image.tag, image.digest, 0)
        self.pushed.append(image.tag)
        self.aws.client("ecr").put_image(
            repositoryName=self.name.rpartition("/")[2],
            imageManifest=image.manifest.content.decode(),
            imageManifestMediaType=image.manifest.media_type,
            imageTag=image.tag,
            imageDigest=image.digest,
        )
        return Pushed(f"registry/{self.name}", image.tag, image.digest, 7)


@pytest.fixture
def own(own: QuickPlugin) -> QuickPlugin:
    """A plugin that is deployed as an image."""
    own.manifest = {"package": "image"}
    # Moto takes the last part of an address for the name.
    own.settings = {"repository": "demo", "create-repository": True}
    return own


@pytest.fixture
def registry(own: QuickPlugin, aws: MotoAccount, monkeypatch: pytest.MonkeyPatch) -> Registry:
    registry = Registry(aws, "demo")

    def repository(_: Account, name: str) -> Registry:
        assert name == registry.name
        return registry

    monkeypatch.setattr(image_steps, "own_repository", repository)
    return registry


def function(aws: MotoAccount) -> dict[str, Any]:
    answer: dict[str, Any] = aws.client("lambda").get_function(FunctionName="biot-demo")
    return answer


def test_an_older_image_has_the_secrets_of_today_and_is_chosen_by_its_digest(
    own: QuickPlugin, aws: MotoAccount, registry: Registry, tmp_path: Path
) -> None:
    own.deploy()
    first = image_of(own.code)
    own.code = own.code.replace("1", "2")
    second = own.deploy()["image"]["digest"]
    change_secrets(own.place, {"TOKEN": "x"}, dry_run=False, yes=True)
    layouts = {"first": first, "other": image_of("other")}
    for name, image in layouts.items():
        write_layout_to(image, tmp_path / name)
    with pytest.raises(OperationFailed, match=r"The image other is not what was deployed: its digest is sha256:"):
        roll_back(own.place, RollbackChoice(package=tmp_path / "other"), yes=True)
    with pytest.raises(OperationFailed, match="There is no image at"):
        roll_back(own.place, RollbackChoice(package=tmp_path / "missing"), yes=True)
    document = roll_back(own.place, RollbackChoice(package=tmp_path / "first"), yes=True)
    live = aws.client("lambda").get_function_configuration(FunctionName="biot-demo", Qualifier="live")
    assert (f"sha256:{live['CodeSha256']}", document["codeOf"]) == (first.digest, 1)
    assert (first.digest != second, live["Environment"]["Variables"]["TOKEN"]) == (True, "x")


def test_an_image_lives_its_life_in_an_account(own: QuickPlugin, aws: MotoAccount, registry: Registry) -> None:
    assert own.deploy(dry_run=True)["action"] == "create"
    assert not any(aws.leftovers().values())
    made = own.deploy()
    assert made["image"] == {
        "repository": "registry/demo",
        "tag": registry.pushed[0],
        "digest": f"sha256:{function(aws)['Configuration']['CodeSha256']}",
        "bytesSent": 7,
    }
    shown = function(aws)
    assert shown["Configuration"]["PackageType"] == "Image"
    assert "Runtime" not in shown["Configuration"] or not shown["Configuration"]["Runtime"]
    address = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/demo@{made['image']['digest']}"
    assert shown["Code"]["ImageUri"] == address
    policy = json.loads(aws.client("ecr").get_repository_policy(repositoryName="demo")["policyText"])
    assert may_pull(policy)
    assert own.deploy()["action"] == "none"

    own.code = own.code.replace("1", "2")
    changed = own.deploy()
    assert (changed["version"], changed["codeChanged"], len(registry.pushed)) == (2, True, 2)
    status = show_status(own.place)
    assert (status["packageType"], status["runtime"]) == ("image", None)
    assert status["imageDigest"] == changed["image"]["digest"]

    own.manifest["memory-size"] = 512
    assert "image" not in own.deploy()
    assert roll_back(own.place, RollbackChoice(1), yes=True)["version"] == 1
    delete(own.place, None, yes=True)
    assert not any(aws.leftovers().values())


def test_what_somebody_changes_is_in_the_plan(own: QuickPlugin, aws: MotoAccount, registry: Registry) -> None:
    own.deploy()
    aws.client("ecr").delete_repository_policy(repositoryName="demo")
    steps = [step["resource"] for step in own.deploy()["steps"]]
    assert steps == ["repository demo"]
    tag = registry.pushed.pop()
    ids = [{"imageTag": tag}]
    aws.client("ecr").batch_delete_image(repositoryName="demo", imageIds=ids)
    assert [step["resource"] for step in own.deploy()["steps"]] == [f"image {tag} in demo"]
    assert own.deploy()["action"] == "none"


def test_an_engine_is_not_started_for_what_the_account_has(
    own: QuickPlugin, aws: MotoAccount, registry: Registry
) -> None:
    own.has_engine = True
    own.deploy()
    assert (own.deploy()["action"], own.builds) == ("none", 1)
    aws.client("ecr").delete_repository_policy(repositoryName="demo")
    assert [step["resource"] for step in own.deploy()["steps"]] == ["repository demo"]
    own.manifest["memory-size"] = 512
    resized = own.deploy()
    assert (resized["codeChanged"], "image" in resized, own.builds) == (False, False, 1)
    # What the repository has lost is built and pushed again.
    aws.client("ecr").batch_delete_image(repositoryName="demo", imageIds=[{"imageTag": registry.pushed.pop()}])
    assert (own.deploy()["action"], own.builds) == ("update", 2)
    own.code = own.code.replace("1", "2")
    assert (own.deploy()["codeChanged"], own.builds) == (True, 3)


def test_an_engine_is_not_started_for_what_was_pushed(own: QuickPlugin, aws: MotoAccount, registry: Registry) -> None:
    own.has_engine = True
    aws.client("ecr").create_repository(repositoryName="demo")
    registry.push(image_of(own.code), print)
    made = own.deploy()
    assert (made["action"], "image" in made, own.builds) == ("create", False, 0)
    assert f"sha256:{function(aws)['Configuration']['CodeSha256']}" == image_of(own.code).digest
    own.code = own.code.replace("1", "2")
    registry.push(image_of(own.code), print)
    assert (own.deploy()["version"], own.builds) == (2, 0)
    assert own.deploy()["action"] == "none"
    # What has its tag says that it is something else.
    own.code = own.code.replace("2", "3")
    registry.push(replace(image_of("x = 1", content_hash="0" * 64), tag=image_of(own.code).tag), print)
    own.deploy(dry_run=True)
    assert own.builds == 1


def test_a_policy_of_others_is_kept(own: QuickPlugin, aws: MotoAccount, registry: Registry) -> None:
    ecr = aws.client("ecr")
    ecr.create_repository(repositoryName="demo")
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage"}
    policy = {"Version": "2012-10-17", "Statement": [theirs]}
    ecr.set_repository_policy(repositoryName="demo", policyText=json.dumps(policy))
    own.deploy()
    statements = json.loads(ecr.get_repository_policy(repositoryName="demo")["policyText"])["Statement"]
    assert statements[0] == theirs
    assert len(statements) == 2
    # It is the account's own, and stays.
    delete(own.place, None, yes=True)
    assert aws.leftovers()["repositories"] == ["demo"]


def test_a_repository_is_named_and_exists_or_is_made(own: QuickPlugin, aws: MotoAccount, registry: Registry) -> None:
    own.settings = {"repository": "demo"}
    with pytest.raises(OperationFailed, match="create it, or set create-repository = true"):
        own.deploy()
    own.settings = {}
    with pytest.raises(InvalidPlugin, match="set repository in"):
        own.deploy()
    assert not any(aws.leftovers().values())


def test_a_push_that_fails_leaves_the_function_as_it_was(
    own: QuickPlugin, aws: MotoAccount, registry: Registry
) -> None:
    made = own.deploy()
    own.code += "# changed\n"

    def fail() -> None:
        raise PlatformRefused("The registry refuses")

    registry.before = fail
    with pytest.raises(PlatformRefused, match=r"unfinished: image demo-.* goes on from here"):
        own.deploy()
    assert function(aws)["Code"]["ImageUri"].endswith(f"@{made['image']['digest']}")
    registry.before = bool
    assert own.deploy()["version"] == 2


def test_a_repository_that_another_environment_uses_is_left(
    own: QuickPlugin, aws: MotoAccount, registry: Registry
) -> None:
    own.deploy()
    own.environment = "test"
    own.deploy()
    own.environment = None
    delete(own.place, None, yes=True)
    assert aws.leftovers()["repositories"] == ["demo"]


@pytest.mark.parametrize(("first", "second"), [("zip", "image"), ("image", "zip")])
def test_the_package_type_is_fixed(
    own: QuickPlugin, aws: MotoAccount, registry: Registry, first: str, second: str
) -> None:
    own.manifest["package"] = first
    own.deploy()
    own.manifest["package"] = second
    with pytest.raises(InvalidPlugin, match=rf"package type {first}, .* set package = '{first}'"):
        own.deploy()
