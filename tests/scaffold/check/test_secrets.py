from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from biot_plugin_cli.check.scan import bounded_lines
from biot_plugin_cli.git.runner import commit_all, git
from tests.scaffold.packages import path_without
from tests.scaffold.plugins import check, codes, make_plugin, the_one

pytestmark = pytest.mark.slow


def _jwt() -> str:
    parts = (json.dumps({"alg": "RS512", "typ": "JWT"}), json.dumps({"sub": "somebody", "exp": 1}), "signature" * 9)
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


# Put together here, so that this file has none of them.
TOKEN = _jwt()
RANDOM = "q8Zt3Lw" + "9Vb2Nc7Xr" + "5Kd1Ms4Hf6Gj0PyTuEaQo"
AWS_KEY = "AKIA" + "Q3EGRZ7XW2LMNP4T"
AWS_SECRET = "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzRq7Kd2mNp"
PRIVATE_KEY = "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIEpAIBAAKCAQEA7bq2c1Wv9m\n-----END RSA PRIVATE KEY-----\n"


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    make_plugin(tmp_path)
    git(tmp_path, "init", "--quiet")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f'{{"authorization": "Bearer {TOKEN}"}}', "a token"),
        (f"key = {AWS_KEY}", "an AWS access key"),
        (AWS_SECRET, "an AWS secret key"),
        (PRIVATE_KEY, "a private key"),
        (json.dumps({"key": PRIVATE_KEY}), "a private key"),
        ("export BIOT_PLUGIN_PASSWORD=correct-horse", "a secret of the platform's"),
        ("BIOT_PLUGIN_SERVICE_SECRET: 'correct-horse'", "a secret of the platform's"),
        ('{"BIOT_SERVICE_USER_SECRET_KEY": "correct-horse"}', "a secret of the platform's"),
    ],
)
def test_a_secret_that_git_keeps_is_an_error(plugin: Path, text: str, what: str) -> None:
    (plugin / "notes.txt").write_text(f"first\n\n{text}\n")
    commit_all(plugin, "Commit")

    found = the_one(check(plugin))

    assert (found.code, found.severity, found.file, found.line) == ("secret-tracked", "error", "notes.txt", 3)
    assert found.message == f"notes.txt contains {what}"
    assert "revoke it where it was issued" in found.advice
    assert not any(secret in repr(found) for secret in (TOKEN, AWS_KEY, AWS_SECRET[-40:], "correct-horse"))


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("conf.py", 'TOKEN = "{}"'.format("ghp_" + RANDOM[:36]), "a GitHub token"),
        ("conf.toml", f'url = "postgres://app:{RANDOM}@db/x"', "a password in an address"),
        ("conf.json", f'{{"apiKey": "{RANDOM}"}}', "a random value of apiKey"),
        ("sample.yaml", f"password: {RANDOM}", "a random value of password"),
        ("tests/test_it.py", f"KEY = 'SG.{RANDOM[:22]}.{RANDOM}{RANDOM}'[:69]", "a SendGrid key"),
    ],
)
def test_a_secret_of_anybody_is_an_error_that_a_comment_allows(plugin: Path, name: str, text: str, what: str) -> None:
    (plugin / "tests").mkdir()
    (plugin / name).write_text(f"\n{text}\n")

    found = the_one(check(plugin, packaging=False))

    assert (found.code, found.severity, found.file, found.line) == ("secret-tracked", "error", name, 2)
    assert found.message == f"{name} contains {what}"
    comment = '"comment": "// pragma: allowlist secret"' if name.endswith(".json") else "# pragma: allowlist secret"
    assert found.advice.partition("if it is no secret, ")[2] in (
        f"add {comment} to the line",
        f"end the line with {comment}",
    )
    assert RANDOM[:20] not in repr(found)

    (plugin / name).write_text(f"\n{text}  {comment}\n")
    assert codes(check(plugin, packaging=False)) == []


@pytest.mark.parametrize(("name", "expected"), [("conf.py", ["secret-suspected"]), ("tests/test_it.py", [])])
def test_what_looks_like_a_password_is_a_warning_but_for_tests(plugin: Path, name: str, expected: list[str]) -> None:
    (plugin / "tests").mkdir()
    (plugin / name).write_text('PASSWORD = "hunter2!"\n')

    result = check(plugin, packaging=False)

    assert codes(result) == expected
    assert "hunter2" not in repr(result)
    assert result.exit_code == 0


def test_a_store_of_keys_is_a_warning(plugin: Path) -> None:
    (plugin / "Client.P12").write_bytes(b"0\x82\0")

    found = the_one(check(plugin, packaging=False))

    assert (found.code, found.severity, found.file) == ("secret-suspected", "warning", "Client.P12")
    assert found.message == "Client.P12 is not ignored by git, and files of its kind contain private keys"


def test_of_many_secrets_in_a_file_the_first_ones_are_listed(plugin: Path) -> None:
    (plugin / "data.csv").write_text("".join(f"api_key={RANDOM}{number}\n" for number in range(1000)))

    found = check(plugin, packaging=False).findings

    assert len(found) == 21
    assert "data.csv contains 980 more values that are or look like secrets" in [finding.message for finding in found]


def test_the_rest_of_a_large_file_is_said_to_be_unknown(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_lines, "MAX_BYTES", 1_000_000)
    (plugin / "data.csv").write_text("a,b\n" * 250_001 + f"api_key={RANDOM}\n")

    found = the_one(check(plugin, packaging=False))

    assert (found.code, found.severity) == ("secrets-unknown", "warning")
    assert found.message == "Only the first 1 MB of data.csv were searched for secrets"


def test_a_file_that_git_would_keep_counts_already(plugin: Path) -> None:
    (plugin / "notes.txt").write_text(TOKEN)
    assert codes(check(plugin)) == ["secret-tracked"]

    (plugin / ".gitignore").write_text(".venv\n__pycache__/\nnotes.txt\n")
    assert codes(check(plugin)) == []


@pytest.mark.parametrize("name", [".env", ".env.production", "prod.env"])
def test_a_file_of_variables_that_git_keeps_is_an_error(plugin: Path, name: str) -> None:
    (plugin / name).write_text("GREETING=hello\n")
    commit_all(plugin, "Commit")

    found = the_one(check(plugin))

    assert (found.code, found.severity, found.file, found.line) == ("env-file-tracked", "error", name, None)
    assert "git rm --cached" in found.advice


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env.example", "GREETING=hello\n"),
        ("ci.yml", "BIOT_PLUGIN_PASSWORD: ${{ secrets.BIOT_PLUGIN_PASSWORD }}\n"),
        ("ci.sh", 'BIOT_PLUGIN_PASSWORD="$PASSWORD" biot-plugin deploy\n'),
        ("main.tf", "    BIOT_SERVICE_USER_SECRET_KEY = var.service_user_secret_key\n"),
        ("README.md", "Set BIOT_PLUGIN_PASSWORD=<password>, or BIOT_PLUGIN_SERVICE_SECRET.\n"),
        (
            "code.py",
            'secret = os.environ["BIOT_PLUGIN_SERVICE_SECRET"]\nBIOT_PLUGIN_PASSWORD = getpass("Password: ")\n',
        ),
        ("aws.md", "AKIAIOSFODNN7" + "EXAMPLE and aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"),
        ("key.py", '"-----BEGIN PRIVATE KEY-----" in text\n'),
        ("event.json", '{"authorization": "Bearer SIGN_ME"}\n'),
        ("photo.bin", "\0\1\2"),
    ],
)
def test_what_only_speaks_of_secrets_is_fine(plugin: Path, name: str, text: str) -> None:
    (plugin / name).write_text(text)

    assert codes(check(plugin)) == []


def test_where_git_keeps_nothing_what_is_not_packaged_is_fine(tmp_path: Path) -> None:
    make_plugin(tmp_path)
    (tmp_path / ".env").write_text(f"KEY={AWS_KEY}\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text(AWS_KEY)

    assert codes(check(tmp_path)) == []


@pytest.mark.parametrize("ignored", [True, False])
def test_where_git_keeps_nothing_what_is_packaged_is_searched(tmp_path: Path, ignored: bool) -> None:
    folder = make_plugin(tmp_path / "plugin")
    if ignored:
        git(tmp_path, "init", "--quiet")
        (tmp_path / ".gitignore").write_text("plugin/\n")
    (folder / "conf.py").write_text(f"\nKEY = '{AWS_KEY}'\n")
    (folder / "prod.env").write_text("GREETING=hello\n")

    secret, variables = check(folder).findings

    assert (secret.code, secret.severity, secret.file, secret.line) == ("secret-packaged", "error", "conf.py", 2)
    assert secret.message == "conf.py contains an AWS access key"
    assert (variables.code, variables.severity, variables.file) == ("env-file-packaged", "error", "prod.env")
    assert variables.message == "prod.env would be in the package"


def test_where_git_refuses_to_read_it_is_said_that_nobody_looked(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    (plugin / "conf.py").write_text(f"KEY = '{AWS_KEY}'\n")

    package, secrets = check(plugin).findings

    assert (secrets.code, secrets.severity) == ("secrets-unknown", "warning")
    assert f"git ls-files failed in {plugin}: detected dubious ownership in repository at" in secrets.message
    assert secrets.advice == f"run git config --global --add safe.directory {plugin}"
    assert (package.code, package.severity, package.advice) == ("package-unknown", "warning", secrets.advice)


def test_where_git_is_lacking_it_is_said_that_nobody_looked(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_without("git"))

    package, secrets = check(plugin).findings

    assert (secrets.code, secrets.advice) == ("secrets-unknown", "install git and try again")
    assert (package.code, package.advice) == ("package-unknown", "install git and try again")


def test_a_variable_that_is_named_like_a_secret_is_a_warning(plugin: Path) -> None:
    make_plugin(plugin / "deep", more='environment = { DB_PASSWORD = "correct-horse", TOKEN_URL = "https://x" }\n')

    found = the_one(check(plugin / "deep"))

    assert (found.code, found.severity, found.line) == ("secret-suspected", "warning", 7)
    assert "DB_PASSWORD" in found.message
    assert "correct-horse" not in repr(found)
    assert "set it in the platform's console, where deploy leaves it unchanged" in found.advice


def test_the_variables_of_every_environment_are_looked_at(plugin: Path) -> None:
    tables = {"prod": '{ PROD_TOKEN = "x" }', "broken": "1"}
    more = "".join(f"[tool.biot-plugin.env.{name}]\nenvironment = {table}\n" for name, table in tables.items())
    make_plugin(plugin / "deep", more=more)

    suspected = [found for found in check(plugin / "deep").findings if found.code == "secret-suspected"]

    assert [(found.line, "PROD_TOKEN" in found.message) for found in suspected] == [(8, True)]
