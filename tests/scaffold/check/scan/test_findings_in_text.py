from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from biot_plugin_cli.check.scan.findings_in_text import FoundSecret, find_secrets
from tests.scaffold.support import CHECKOUT

# Put together here, so that this file has none of them.
MIXED = "q8Zt3Lw" + "9Vb2Nc7Xr" + "5Kd1Ms4Hf6Gj0PyTuEaQo"
HEX = "9f86d081884c7d65" + "9a2feaa0c55ad015"
JWT = ".".join(
    base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
    for part in (json.dumps({"alg": "RS512"}), json.dumps({"sub": "somebody", "exp": 1}), "signature" * 9)
)
PEM = "-----BEGIN {}PRIVATE" + " KEY-----\nMIIEpAIBAAKCAQEA7bq2c1Wv9m\n-----END {}PRIVATE KEY-----\n"
SAMPLES = {
    "a GitHub token": [f"{kind}_{MIXED[:36]}" for kind in ("ghp", "gho", "ghu", "ghs", "ghr")]
    + [f"github_pat_{MIXED[:22]}_{MIXED}{MIXED}"[:93]],
    "a GitLab token": [f"gl{kind}-{MIXED[:20]}" for kind in ("pat", "dt", "rt", "rtr", "ft", "ffct", "wt", "soat")]
    + [f"glptt-{HEX}{HEX[:8]}", f"glpat-{MIXED}{MIXED[:20]}.01.0w1abcdef"],
    "a Slack token": [f"xox{kind}-2480{HEX[:8]}-12345678901-{MIXED[:24]}" for kind in "bpas"]
    + [f"xapp-1-A0{MIXED[:8].upper()}-1234567890123-{HEX * 2}", f"xoxe.xoxb-1-{MIXED}"],
    "a Stripe key": [f"{kind}_{MIXED[:24]}" for kind in ("sk_live", "rk_live", "sk_test", "sk_org_live")]
    + [f"whsec_{MIXED[:32]}"],
    "a SendGrid key": [f"SG.{MIXED[:22]}.{MIXED}{MIXED[:6]}"[:69]],
    "a Google key": [f"AIza{MIXED[:35]}", f"GOCSPX-{MIXED[:28]}"],
    "a Google token": [f"ya29.a0{MIXED}", f"ya29.c.b0{MIXED}", f"1//0{MIXED}{MIXED[:9]}"],
    "an Azure key": [f"AccountKey={(MIXED * 3)[:86]}==", f"SharedAccessKey={(MIXED * 2)[:43]}="],
    "an Azure signature": [f"https://x.blob.core.windows.net/c?sv=2022&sig={(MIXED * 2)[:43]}%3D"],
    "an Azure secret": [f"Ab28Q~{MIXED[:34]}"],
    "an AWS access key": ["AKIA" + "Q3EGRZ7XW2LMNP4T", "ASIA" + "Q3EGRZ7XW2LMNP4T"],
    "an AWS secret key": ["aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzRq7Kd2mNp"],
    "a Twilio key": [f"SK{HEX}", f"AC{HEX}"],
    "an npm token": [f"npm_{MIXED[:36]}", f"//registry.npmjs.org/:_authToken={HEX}"],
    "a PyPI token": ["pypi-AgEIcHlwaS5vcmc" + MIXED * 2],
    "a token": [JWT],
    "a private key": [PEM.format(kind, kind) for kind in ("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ")]
    + [json.dumps({"key": PEM.format("", "")}), "PuTTY-User-Key-File-3: ssh-ed25519"],
    "an OpenAI key": [f"sk-proj-{MIXED}", f"sk-{(MIXED * 2)[:48]}"],
    "an Anthropic key": [f"sk-ant-api03-{MIXED}"],
    "a Hugging Face token": [f"hf_{MIXED[:34]}"],
    "a Docker token": [f"dckr_pat_{MIXED[:27]}"],
    "a Teams webhook": [f"https://x.webhook.office.com/webhookb2/{HEX}-{HEX}@{HEX}/IncomingWebhook"],
    "a Discord webhook": [f"https://discord.com/api/webhooks/123456789012345678/{MIXED}{MIXED}"],
    "a password in an address": [
        "postgres://app:s3cr3t-w0rd@db.example.com:5432/app",
        "https://deploy:" + MIXED + "@git.example.org/x.git",
        "redis://:hunter2!@cache:6379/0",
        "mongodb+srv://ada:Pa$$w0rd!@cluster0.mongodb.net",
        "amqp:\\/\\/ada:hu%40sh22@queue\\/",
        "postgres://ada:p@ss:w0rd@host/db",
        f"https://{MIXED}@git.example.org/x",
        f"git+https://{MIXED}:@git.example.org/x",
        "jdbc:postgresql://host/db?user=ada&password=hunter22",
        "Server=tcp:db,1433;User Id=ada;Password=hunter22!;",
    ],
}
FILES = {
    "conf.py": "first = 1\nTHING = '{}'\n",
    "conf.toml": '[table]\nthing = "{}"\n',
    "conf.yaml": "table:\n  thing: {}\n",
    "conf.json": '{{\n  "thing": "{}"\n}}\n',
    "sample.env": "FIRST=1\nTHING={}\n",
    "notes.md": "First.\nUse `{}`.\n",
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_token_is_found_in_every_kind_of_file(kind: str) -> None:
    for token in (sample for sample in SAMPLES[kind] if "\n" not in sample):
        for file, text in FILES.items():
            assert find_secrets(file, text.format(token)) == [FoundSecret(kind, 2, True)], file
            assert find_secrets(file, text.format(f"{token[:3]}xxxxxxxx")) == [], file


@pytest.mark.parametrize("key", [token for token in SAMPLES["a private key"] if "\n" in token])
def test_a_private_key_is_found_by_its_first_line(key: str) -> None:
    assert find_secrets("key.pem", f"\n{key}") == [FoundSecret("a private key", 2, True)]


def test_a_slack_webhook_is_found() -> None:
    address = "https://hooks.slack.com/services/" + f"T0{MIXED[:8]}/B0{MIXED[:8]}/{MIXED[:24]}"
    assert find_secrets("a.py", address) == [FoundSecret("a Slack token", 1, True)]


ASSIGNMENTS = [
    ("a.py", 'API_KEY = "{}"'),
    ("a.py", "api_key: Final[str] = '{}'"),
    ("a.py", 'client = Client(api_key="{}")'),
    ("a.py", 'settings = {{"client_secret": b"{}"}}'),
    ("a.py", 'os.environ["API_KEY"] = "{}"'),
    ("a.py", 'monkeypatch.setenv("API_KEY", "{}")'),
    ("a.py", 'key = os.environ.get("API_KEY") or "{}"'),
    ("a.py", 'password = SecretStr("{}")'),
    ("a.py", 'SIGNING_KEY = (\n    "{}"\n)'),
    ("a.py", 'TOKEN = """{}"""'),
    ("a.py", 'HEADERS = {{"Authorization": "Bearer {}"}}'),
    ("a.py", 'if token == "{}":'),
    (".env", "API_KEY={}"),
    (".env", "export DB_PASSWORD='{}'"),
    ("a.toml", 'api-key = "{}"'),
    ("a.toml", 'environment = {{ ENCRYPTION_KEY = "{}" }}'),
    ("a.yaml", "apiKey: {}"),
    ("a.yaml", "password: >-\n  {}"),
    ("a.yaml", "- name: API_KEY\n  value: {}"),
    ("a.json", '{{"accessToken": "{}"}}'),
    ("a.json", '{{"name": "API_KEY", "value": "{}"}}'),
    ("a.json", '{{"text": "{{\\"apiKey\\": \\"{}\\"}}"}}'),
    ("a.ini", "secret_key={}"),
    ("a.xml", "<password>{}</password>"),
    ("a.sh", "curl -H 'X-Api-Key: {}' https://example.org"),
    ("a.sh", "tool --token {} --verbose"),
    ("a.sh", "curl 'https://example.org/x?access_token={}&y=1'"),
    ("a.http", "authorization: Basic {}"),
    ("Dockerfile", "ENV API_KEY={}"),
    ("a.py", 'sendgridKey = "{}"'),
    ("a.py", 'API_KEY = \\\n    "{}"'),
    ("a.py", 'API_KEY: Annotated[str, "x"] = "{}"'),
    ("a.py", 'API_KEY = os.environ.get("KEY", default="{}")'),
    ("a.py", 'API_KEYS = [\n    "{}",\n]'),
    ("a.py", 'API_KEYS = {{"first": "{}"}}'),
    ("a.py", 'requests.get(url, auth=("ada", "{}"))'),
    ("a.json", '{{"apiKeys": ["{}"]}}'),
    ("a.yaml", "apiKey: !!str {}"),
    ("a.yaml", "apiKey: &shared {}"),
    ("a.yaml", "apiKey:\n  {}"),
    ("a.yaml", "api_keys:\n  - {}"),
    ("a.yaml", "password: >2\n    {}"),
    ("a.sh", "curl -u ada:{} https://example.org"),
    ("a.sh", "curl --user 'ada:{}' https://example.org"),
    ("a.php", "$apiKey = '{}';"),
    ("a.tf", 'variable "api_key" {{\n  type = string\n  default = "{}"\n}}'),
    ("a.ts", "apiKey?: string = '{}'"),
    ("a.cs", 'string ApiKey = @"{}";'),
    ("a.xml", "<password><![CDATA[{}]]></password>"),
    ("a.md", "| API_KEY | `{}` |"),
    ("a.md", "**Token:** `{}`"),
    ("a.md", "API key: {}"),
    ("a.csv", "api_key,{}"),
]


RANDOM = [MIXED, HEX, "Zx8-kQ2vB_n4RtY7wLmPz/+", "5f0c3f2e-9b1d-4c7a-8e21-7d0b9a6c4f13"]
PLACEHOLDERS = [
    *("changeme", "change-me-please-1234", "<your-api-key-12345>", "${API_KEY}", "$API_KEY_2024_PRODUCTION_X1"),
    *("{{ secrets.API_KEY_1 }}", "{api_key}", "%(api_key)s", "xxxxxxxxxxxxxxxxxxxxxxxx", "your-secret-key-goes-here"),
    *("AKIAIOSFODNN7" + "EXAMPLE", "prod/db/password", "projects/p-1/secrets/key/versions/2", "test-token-1234567890"),
    *("0123456789abcdefghijkl", "SIGN_ME", "...", "********************", "a-plain-and-long-description", "redacted"),
    *("https://example.org/token", "00000000-0000-0000-0000-000000000000", "MyApplicationSecretKeyName", "None"),
]


@pytest.mark.parametrize(("file", "text"), ASSIGNMENTS)
def test_a_random_value_of_a_secret_name_is_found(file: str, text: str) -> None:
    for value in RANDOM:
        [found] = find_secrets(file, text.format(value))

        assert found.kind.startswith("a random value")
        assert found.certain
        assert value not in repr(found)


@pytest.mark.parametrize(("file", "text"), ASSIGNMENTS)
def test_what_stands_for_a_secret_is_none(file: str, text: str) -> None:
    assert [value for value in PLACEHOLDERS if find_secrets(file, text.format(value))] == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.py", 'API_KEY = os.environ["API_KEY"]'),
        ("a.py", "api_key = settings.production.api_key_2024_v12x9z"),
        ("a.py", "token = secrets.token_urlsafe(32)"),
        ("a.py", 'PASSWORD_PATTERN = re.compile(r"(?=.*[a-z])(?=.*[0-9]).{8,}")'),
        ("a.py", f'public_key = "{MIXED}"'),
        ("a.py", f'ETAG = "{HEX}"'),
        ("a.json", f'{{"key": "{HEX}", "_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}}'),
        ("uv.lock", f'{{ url = "https://files.pythonhosted.org/a.whl", hash = "sha256:{HEX}{HEX}", size = 1 }}'),
        ("requirements.txt", f"six==1.17.0 --hash=sha256:{HEX}{HEX}"),
        ("a.json", f'{{"integrity": "sha512-{MIXED}{MIXED}=="}}'),
        ("a.yml", "password: ${{ secrets.BIOT_PLUGIN_PASSWORD }}"),
        ("a.sh", "https://$USER:$PASSWORD@example.org"),
        ("a.md", "`http://USER:PASSWORD@HOST:PORT`, or http://user:password@host"),
        ("a.py", 'url = f"postgres://{user}:{password}@{host}/db"'),
        ("a.yml", "url: postgres://postgres:postgres@localhost/db"),
        ("a.py", '"-----BEGIN PRIVATE KEY-----" in text'),
        ("a.md", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"),
        ("a.txt", f"{MIXED[:9]}AC{HEX}"),
        ("a.sh", "docker run -u 1000:1000 image; curl -u ada:$PASSWORD https://x"),
        ("a.py", 'SCOPES_OF_TOKEN = ["read", "write"]; publicKey = "' + MIXED + '"'),
        ("a.yml", "secrets:\n  API_KEY: ${{ secrets.API_KEY }}\n  - first-of-many-words"),
        ("a.md", "| API_KEY | the key of the service, in the console |"),
        ("a.py", 'url = f"https://host/x?password={password}"; server="a;password=" + x'),
        ("a.md", "https://a-plain-and-long-description@example.org"),
        ("a.py", 'emails = ["ada@example.org:25", "http://[::1]:8080/@x"]'),
    ],
)
def test_what_only_resembles_a_secret_is_none(file: str, text: str) -> None:
    assert find_secrets(file, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [('DB_PASSWORD = "hunter2!"', "DB_PASSWORD"), ('{"password": "Tr0ub4dor&3"}', "password")],
)
def test_what_looks_like_a_password_is_not_certain(text: str, name: str) -> None:
    assert find_secrets("a.py", text) == [FoundSecret(f"what looks like a password in {name}", 1, False)]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.py", 'API_KEY = "{}"  # pragma: allowlist secret'),
        ("a.py", 'API_KEY = "{}"  # pragma: allowlist-secret because it is revoked'),
        ("a.py", '# pragma: allowlist nextline secret\nAPI_KEY = "{}"'),
        ("a.yaml", "api_key: {}  # pragma: allowlist secret"),
        ("a.toml", 'api-key = "{}" # pragma: allowlist secret'),
        (".env", "API_KEY={} # pragma: allowlist secret"),
        ("a.js", 'const apiKey = "{}"; // pragma: allowlist secret'),
        ("a.sql", "-- API_KEY={} -- pragma: allowlist secret"),
        ("a.html", "<b>API_KEY={}</b> <!-- pragma: allowlist secret -->"),
        ("a.json", '{{"apiKey": "{}", "comment": "// pragma: allowlist secret"}}'),
        ("a.py", "x = 1; " * 1000 + 'API_KEY = "{}"  # pragma: allowlist secret'),
    ],
)
def test_a_comment_allows_a_secret(file: str, text: str) -> None:
    assert find_secrets(file, text.format(MIXED)) == []
    assert len(find_secrets(file, text.format(MIXED).replace("pragma", "prgama"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        'API_KEY = "{}"\n# pragma: allowlist secret',
        '# pragma: allowlist secret\nAPI_KEY = "{}"',
        'x = "pragma: allowlist secret"; API_KEY = "{}"',
        'x = 1  # pragma: allowlist nextline secret\nAPI_KEY = "{}"',
        'API_KEY = "{}"  # pragma: no cover',
    ],
)
def test_a_comment_elsewhere_allows_nothing(text: str) -> None:
    assert len(find_secrets("a.py", text.format(MIXED))) == 1


def test_every_secret_of_a_file_is_found_on_its_line() -> None:
    text = "\n".join([f"API_KEY={MIXED}", "", f"x ghp_{MIXED[:36]} y SK{HEX}", f"https://a:{HEX}@b"])

    assert [(secret.kind, secret.line) for secret in find_secrets("a.txt", text)] == [
        ("a random value of API_KEY", 1),
        ("a GitHub token", 3),
        ("a Twilio key", 3),
        ("a password in an address", 4),
    ]


@pytest.mark.parametrize("before", [0, 1400, 1499, 1500, 1990, 2000, 5000, 100_000])
def test_a_secret_in_a_long_line_is_found(before: int) -> None:
    text = f"\n{'x ' * (before // 2)}{'x' * (before % 2)} API_KEY='{MIXED}' {'y' * 3000}"
    assert find_secrets("a.txt", text) == [FoundSecret("a random value of API_KEY", 2, True)]


@pytest.mark.parametrize("file", sorted((CHECKOUT / "templates").rglob("*.jinja")), ids=lambda file: file.name)
def test_the_template_has_no_secrets(file: Path) -> None:
    assert find_secrets(file.name.removesuffix(".jinja"), file.read_text(encoding="utf-8")) == []
