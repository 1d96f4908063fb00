"""Lambda's Python runtimes: those that are supported, and when AWS deprecates each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, get_args

__all__ = ["DEPRECATION_DATES", "RUNTIMES", "Runtime"]

Runtime = Literal["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"]

RUNTIMES: tuple[str, ...] = get_args(Runtime)
"""The Lambda runtimes that the framework supports, oldest first."""

DEPRECATION_DATES: Mapping[str, date] = {
    "python2.7": date(2021, 7, 15),
    "python3.6": date(2022, 7, 18),
    "python3.7": date(2023, 12, 4),
    "python3.8": date(2024, 10, 14),
    "python3.9": date(2025, 12, 15),
    "python3.10": date(2026, 10, 31),
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
}
"""The first day without security updates; some time later AWS rejects functions that use the runtime."""
