"""The environment of child processes: an allow-list, by what a variable is for.

Settings of uv, pip, git and Python in the user's environment can redirect an installation, compile it, or sort it
differently. So a child process sees only what it needs to run, and, if it downloads, what says where packages come
from: indexes, credentials, proxies, certificates and caches.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping

from biot_plugin_cli.processes.certificates import certificate_variables

__all__ = ["child_environment"]

_SYSTEM = frozenset(
    [
        *("PATH", "HOME", "USER", "LOGNAME", "SYSTEMROOT"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"),
    ]
)

# Of version managers, whose programs on PATH start others.
_MANAGERS = re.compile(r"(?:ASDF|MISE|PYENV|NIX)_\w+")
_CONNECTIONS = re.compile(
    "|".join(
        [
            r"(?:HTTPS?|ALL|NO|FTP)_PROXY|NETRC|(?:HTTP|UV_HTTP|UV_REQUEST)_(?:\w+_)?TIMEOUT|UV_HTTP_RETRIES",
            r"SSL_CERT_(?:FILE|DIR)|SSL_CLIENT_CERT|(?:REQUESTS|CURL|AWS)_CA_BUNDLE|UV_(?:NATIVE_TLS|SYSTEM_CERTS)",
            r"UV_(?:OFFLINE|CACHE_DIR|NO_CACHE|INSECURE_HOST|CONCURRENT_\w+|LOCK_TIMEOUT|MALWARE_CHECK\w*)",
            r"PIP_(?:CERT|CLIENT_CERT|PROXY|TRUSTED_HOST|TIMEOUT|DEFAULT_TIMEOUT|RETRIES|CACHE_DIR|NO_CACHE_DIR)",
            # Credentials, also those of the programs that a keyring calls.
            r"(?:UV|PIP)_KEYRING_PROVIDER|UV_(?:CREDENTIALS_DIR|GITHUB_TOKEN|AUTH_TOKEN)|PYTHON_KEYRING_BACKEND",
            r"UV_INDEX_\w+_(?:USERNAME|PASSWORD)|DBUS_SESSION_BUS_ADDRESS|SSH_AUTH_SOCK|SSH_ASKPASS|GIT_ASKPASS",
            r"GIT_SSH\w*|GIT_SSL_\w+|GIT_CONFIG_\w+|GIT_TERMINAL_PROMPT",
            r"(?:AWS|AZURE|GOOGLE|CLOUDSDK|KEYRING|ARTIFACTS_KEYRING|VSS_NUGET)_\w+",
        ]
    )
)
_INDEXES = re.compile(
    r"UV_(?:INDEX|INDEX_URL|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX)"
    r"|PIP_(?:INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX)"
)
_FIXED = {
    # The output is parsed, and quoted in English messages.
    "LC_ALL": "C.UTF-8",
    "PYTHONUTF8": "1",
    # Bytecode contains sets in the order of their hashes.
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "UV_PYTHON_DOWNLOADS": "never",
}


def child_environment(
    variables: Mapping[str, str] | None = None,
    *,
    connections: bool = False,
    indexes: bool = False,
    more: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Return the environment of a child process.

    Args:
        variables: Variables to set.
        connections: Whether it downloads, and may see proxies, certificates, credentials and caches.
        indexes: Whether it may see the package indexes that variables name.
        more: Names of further variables to pass on.
    """

    def passes(name: str) -> bool:
        return (
            name in _SYSTEM
            or name in more
            or _MANAGERS.fullmatch(name) is not None
            or (connections and _CONNECTIONS.fullmatch(name.upper()) is not None)
            or (indexes and _INDEXES.fullmatch(name) is not None)
        )

    # TMPDIR may name a folder that does not exist; that of this process does.
    fixed = {**_FIXED, "TMPDIR": tempfile.gettempdir(), **(variables or {})}
    trusted = certificate_variables(os.environ) if connections else {}
    return {name: value for name, value in os.environ.items() if passes(name)} | trusted | fixed
