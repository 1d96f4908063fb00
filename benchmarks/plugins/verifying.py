"""The plugins that are packaged for a cold start, loaded into this process: they verify their callers.

The platform's address is in `BIOT_BASE_URL`, where they fetch its key while they are loaded, or in each event.
"""

from __future__ import annotations

import importlib.util
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.plugins import verifying_texts as texts
from benchmarks.plugins.ours import STRIP

__all__ = ["NAMES", "load"]

NAMES: dict[str, tuple[str, str]] = {
    "the samples' way: python-jose, requests": (texts.JOSE, ""),
    "biot_plugin": (STRIP, ""),
    "powertools' resolver, PyJWT": (texts.POWERTOOLS, ""),
    "chalice, PyJWT": (texts.CHALICE, ""),
    "mangum, starlette, PyJWT": (texts.STARLETTE, ""),
    "mangum, fastapi, PyJWT": (texts.FASTAPI, ""),
    "functions-framework, PyJWT": (texts.FUNCTIONS_FRAMEWORK, texts.FUNCTION),
}
"""The text of each, and that of its second file."""


def load(name: str) -> Callable[..., Any]:
    """Load a plugin; return its handler."""
    text, function = NAMES[name]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "function.py").write_text(function)
        path = Path(folder) / "index.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location("index", path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        level = logging.getLogger().level
        spec.loader.exec_module(module)
        logging.getLogger().setLevel(level)  # none of them logs here
    handler: Callable[..., Any] = module.handler
    return handler
