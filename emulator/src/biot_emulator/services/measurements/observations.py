"""The values of a measurement: which names and types attributes have, and how a waveform is encoded.

Templates say so on the real platform. Here every name that an attribute can have is one, of the type of the first value
that was saved for it.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

from biot_emulator.services.measurements.errors import (
    InvalidFrequency,
    InvalidMeasurementData,
    InvalidWaveformData,
    WaveformSizeMismatch,
)
from biot_emulator.state.store import Store

__all__ = ["ATTRIBUTES", "AttributeTypes", "DataType", "Waveform", "check_value", "decode_waveform", "is_name"]

DataType = Literal["DECIMAL", "WAVEFORM"]
"""What the values of an attribute are: single numbers, or many numbers at a frequency."""

ATTRIBUTES = "measurement-attributes"
"""The collection of the attributes that have values."""

_NAME = re.compile(r"[a-zA-Z]\w{0,35}", re.ASCII)
_VALUE_BYTES = 4
_GREATEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Waveform:
    """Values that were measured at a frequency.

    Attributes:
        frequency: How many there are for each second.
        values: The values, the oldest first.
    """

    frequency: int
    values: tuple[float, ...]


class AttributeTypes:
    """The types of the attributes of all measurements.

    Args:
        store: The state.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> dict[str, DataType]:
        """Return the types of all attributes that have values, by name."""
        return {document["name"]: document["dataType"] for document in self._store.all(ATTRIBUTES)}

    def find(self, name: str) -> DataType | None:
        """Return the type of an attribute's values; None where it has none yet."""
        document = self._store.get(ATTRIBUTES, name)
        return None if document is None else document["dataType"]

    def find_all(self, names: Iterable[str]) -> dict[str, DataType | None]:
        """Return the types of several attributes by name."""
        return {name: self.find(name) for name in names}

    def declare(self, types: Mapping[str, DataType]) -> None:
        """Set the types of attributes, by name, that have none."""
        for name, data_type in types.items():
            self._store.put(ATTRIBUTES, name, {"name": name, "dataType": data_type})


def is_name(name: str) -> bool:
    """Whether an attribute that is not the platform's own can have this name (contract section 13.3)."""
    return _NAME.fullmatch(name) is not None


def check_value(name: str, value: Any, expected: DataType | None) -> DataType:
    """Check the value of an attribute.

    Args:
        name: The attribute's name.
        value: The value, as a request has it.
        expected: The attribute's type; None where any will do.

    Returns:
        The value's type.

    Raises:
        MeasurementRefused: It cannot be saved.
    """
    if not is_name(name):
        raise _mismatch(name, value, "is not the name of an attribute that can be measured")
    data_type: DataType = "WAVEFORM" if isinstance(value, dict) else "DECIMAL"
    if expected not in (None, data_type):
        raise _mismatch(name, value, f"has values of the type {expected}")
    if data_type == "WAVEFORM":
        decode_waveform(name, value)
    elif not _is_number(value):
        raise _mismatch(name, value, "must be a number, or a waveform")
    return data_type


def decode_waveform(name: str, value: Mapping[str, Any]) -> Waveform:
    """Decode a waveform: Base64 of four bytes for each value.

    Raises:
        MeasurementRefused: It is not valid.
    """
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    frequency, size = metadata.get("frequency"), metadata.get("size")
    if not _is_count(frequency):
        message = f"The frequency of the waveform [{name}] must be a positive whole number"
        raise InvalidFrequency(message, attributeName=name, frequency=frequency)
    values = _decode_values(name, value.get("data"))
    if not _is_count(size) or size != len(values):
        message = f"The waveform [{name}] has {len(values)} values, and its metadata must say so in [size]"
        raise WaveformSizeMismatch(message, attributeName=name, metadataSize=size, waveformDataSize=len(values))
    return Waveform(frequency, values)


def _decode_values(name: str, encoded: Any) -> tuple[float, ...]:
    try:
        content = base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else b""
        values = struct.unpack(f">{len(content) // _VALUE_BYTES}f", content)
    except (binascii.Error, ValueError, struct.error):
        values = ()
    if not values or not all(map(math.isfinite, values)):
        message = f"The data of the waveform [{name}] must be Base64 of four bytes for each value"
        raise InvalidWaveformData(message, attributeName=name, encodedData=encoded)
    return values


def _mismatch(name: str, value: Any, reason: str) -> InvalidMeasurementData:
    return InvalidMeasurementData(f"The attribute [{name}] {reason}", attributeName=name, dataType=_type_name(value))


def _type_name(value: Any) -> str:
    names: tuple[tuple[type, str], ...] = (
        (bool, "BOOLEAN"),
        (int, "INTEGER"),
        (float, "DECIMAL"),
        (str, "LABEL"),
        (dict, "WAVEFORM"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "UNKNOWN")


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every decimal
        return False


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _GREATEST
