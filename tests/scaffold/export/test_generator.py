from __future__ import annotations

import sys

import pytest
import yaml

from tests.scaffold.deployments import HOOKED, configured
from tests.scaffold.packages import Repository


@pytest.fixture
def hooked(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL", raising=False)
    (repository.root / ".venv").symlink_to(sys.prefix)
    repository.write("index.py", HOOKED)
    return repository


def test_a_template_is_written_with_the_schedule_of_the_code(hooked: Repository) -> None:
    done = hooked.program("export", "sam")

    assert done.exit_code == 0, done.err
    written = yaml.safe_load((hooked.root / "template.yaml").read_text())
    properties = written["Resources"]["Function"]["Properties"]
    assert properties["CodeUri"] == "dist/demo.zip"
    assert properties["Events"]["Schedule"]["Properties"]["Schedule"] == "cron(0 3 * * ? *)"
    assert "Pass when deploying: BiotBaseUrl, ServiceUserId, ServiceUserSecretKey" in done.out


def test_a_module_finds_the_package_from_its_folder(hooked: Repository) -> None:
    done = hooked.program("export", "terraform", "--output", "infra/aws/plugin", "--json")

    assert done.exit_code == 0, done.err
    folder = hooked.root / "infra/aws/plugin"
    assert [file.rpartition("/")[2] for file in done.document["files"]] == [
        "versions.tf",
        "variables.tf",
        "main.tf",
        "outputs.tf",
    ]
    assert '"${path.module}/../../../dist/demo.zip"' in (folder / "main.tf").read_text()
    assert [item["name"] for item in done.document["parameters"]] == [
        "biot_base_url",
        "service_user_id",
        "service_user_secret_key",
    ]


def test_a_second_run_changes_nothing(hooked: Repository) -> None:
    hooked.program("export", "sam")
    before = (hooked.root / "template.yaml").read_bytes()

    assert hooked.program("export", "sam").exit_code == 0
    assert (hooked.root / "template.yaml").read_bytes() == before


def test_the_file_of_somebody_else_stays(hooked: Repository) -> None:
    hooked.write("template.yaml", "theirs")

    refused = hooked.program("export", "sam")

    assert refused.exit_code == 1
    assert "--force" in refused.err
    assert (hooked.root / "template.yaml").read_text() == "theirs"


def test_an_unknown_tool_is_refused(hooked: Repository) -> None:
    assert hooked.program("export", "pulumi").exit_code == 2


def test_an_image_is_refused(hooked: Repository) -> None:
    configured(hooked, package="image")

    refused = hooked.program("export", "sam")

    assert refused.exit_code == 4
    assert "package = 'zip'" in refused.err


def test_a_plugin_without_the_framework_has_no_known_schedule(hooked: Repository) -> None:
    hooked.write("index.py", "def handler(event, context):\n    return {}\n")

    done = hooked.program("export", "sam")

    assert done.exit_code == 0
    assert "warning: The entry point is not made with the framework" in done.err
