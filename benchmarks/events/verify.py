"""What it costs to verify a token whose key is at hand."""

from __future__ import annotations

import jwt

from benchmarks.measuring.report import Report
from benchmarks.measuring.table import measure
from biot_plugin.callers.public_keys import PublicKeys
from biot_plugin.callers.token import verify
from biot_plugin.testing import default_signer


def main() -> None:
    """Measures and prints."""
    signer = default_signer()
    token = signer.token("PLUGIN_INTERCEPTOR", *(f"SCOPE_{number}" for number in range(19)))
    keys, key = PublicKeys(signer.public_keys), signer.public_key
    actions = {
        "PyJWT": lambda: jwt.decode(token, key, algorithms=["RS512"], options={"require": ["exp"]}),
        "biot_plugin, with the scope": lambda: verify(token, keys, scope="PLUGIN_INTERCEPTOR"),
    }
    report = Report("verify", "PyJWT")
    report.add("Verify an RS512 token", measure(actions, rounds=15, repeat=200), base="PyJWT")
    report.write()


if __name__ == "__main__":
    main()
