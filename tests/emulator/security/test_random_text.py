from __future__ import annotations

import base64
import random

import pytest

from biot_emulator.security.random_text import looks_random


@pytest.mark.parametrize(
    "text",
    [
        "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
        "9f86d081884c7d659a2feaa0c55ad015",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzRq7Kd2mNp",
        "Zx8-kQ2vB_n4RtY7wLmPz",
        "k3p9x2m7q1z8v4b6n5c0",
        "qWzXpLrTnVbGhJkMsYtR",
    ],
)
def test_what_a_machine_made(text: str) -> None:
    assert looks_random(text)


def test_nearly_all_keys_that_are_made_at_random_look_so() -> None:
    source = random.Random(7)
    keys = [source.randbytes(24) for _ in range(200)]
    assert sum(looks_random(base64.urlsafe_b64encode(key).decode()) for key in keys) >= 195
    assert sum(looks_random(key.hex()) for key in keys) == 200


@pytest.mark.parametrize(
    "text",
    [
        "short1X",
        "my-plugin-v2-production-eu",
        "projects/my-project/secrets/api-key/versions/12",
        "MyApplicationSecretKeyName",
        "correct horse battery staple 12 34 56",
        "https://example.com/organizations/2/users",
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "2026-01-02T03:04:05.000Z",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db",
        "00000000000000000000000000000000",
        "12345678901234567890",
        "application/vnd.oasis.opendocument",
        "x" * 10_000,
        "",
    ],
)
def test_what_people_wrote(text: str) -> None:
    assert not looks_random(text)
