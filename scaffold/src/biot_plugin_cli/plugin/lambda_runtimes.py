"""What AWS says of Lambda's Python runtimes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

__all__ = ["DEPRECATION_DATES"]

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
"""The day from which on a runtime gets no more security updates; some time later AWS takes no functions with it."""
