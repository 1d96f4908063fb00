"""What the measurement service refuses, with the codes and details that BioT publishes.

ApiError
├── 400 MeasurementRefused: WriteRecordsFailed, WaveformSizeMismatch, InvalidWaveformData, InvalidFrequency,
│       InvalidMeasurementData, SomeMeasurementsFailed
├── 400 InvalidTimeRange, TimeBeforeMinTime, ExceedMaxTimeRange, AttributeNotFound, AttributeIsNotAggregatable,
│       AttributeIsNotAllowed, InvalidBinInterval
├── 400 MissingMandatoryFilter, PatientIdEqMissing, TimestampFromToMissing, BinIntervalEqMissing,
│       BinIntervalIsNotANumber, BinIntervalIsNotPositive, AttributesInMissing
└── 413 MessageTooLarge
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "AttributeIsNotAggregatable",
    "AttributeIsNotAllowed",
    "AttributeNotFound",
    "AttributesInMissing",
    "BinIntervalEqMissing",
    "BinIntervalIsNotANumber",
    "BinIntervalIsNotPositive",
    "ExceedMaxTimeRange",
    "InvalidBinInterval",
    "InvalidFrequency",
    "InvalidMeasurementData",
    "InvalidTimeRange",
    "InvalidWaveformData",
    "MeasurementRefused",
    "MessageTooLarge",
    "MissingMandatoryFilter",
    "PatientIdEqMissing",
    "SomeMeasurementsFailed",
    "TimeBeforeMinTime",
    "TimestampFromToMissing",
    "WaveformSizeMismatch",
    "WriteRecordsFailed",
]


class MeasurementRefused(ApiError):
    """A measurement, or one value of it, cannot be saved."""

    status_code = 400


class WriteRecordsFailed(MeasurementRefused):
    """A measurement belongs to nobody, or to what there is not, or has a time that cannot be stored."""

    code = "WRITE_RECORDS_FAILED"


class WaveformSizeMismatch(MeasurementRefused):
    """A waveform has another number of values than it says."""

    code = "WAVEFORM_METADATA_SIZE_MISMATCH"


class InvalidWaveformData(MeasurementRefused):
    """The values of a waveform cannot be decoded."""

    code = "INVALID_WAVEFORM_DATA"


class InvalidFrequency(MeasurementRefused):
    """The frequency of a waveform is not a positive whole number."""

    code = "INVALID_FREQUENCY"


class InvalidMeasurementData(MeasurementRefused):
    """A value is not of the attribute's type."""

    code = "INVALID_MEASUREMENT_DATA"


class SomeMeasurementsFailed(MeasurementRefused):
    """Several values cannot be saved; `validationExceptionMessages` says of each why."""

    code = "SOME_MEASUREMENTS_FAILED_TO_BE_WRITTEN_TO_DB"


class InvalidTimeRange(ApiError):
    """The end of a range of time does not come after its start."""

    status_code = 400
    code = "INVALID_TIME_RANGE"


class TimeBeforeMinTime(ApiError):
    """A range of time begins before the first time of which there can be measurements."""

    status_code = 400
    code = "TIME_BEFORE_MIN_TIME"


class ExceedMaxTimeRange(ApiError):
    """A range of time is longer than a search may be."""

    status_code = 400
    code = "EXCEED_MAX_TIME_RANGE"


class AttributeNotFound(ApiError):
    """There can be no attributes with these names."""

    status_code = 400
    code = "ATTRIBUTE_NOT_FOUND"


class AttributeIsNotAggregatable(ApiError):
    """Attributes have no single numbers, of which there would be an average."""

    status_code = 400
    code = "ATTRIBUTE_IS_NOT_AGGREGATABLE"


class AttributeIsNotAllowed(ApiError):
    """Attributes are the platform's own, which nobody measures."""

    status_code = 400
    code = "ATTRIBUTE_IS_NOT_ALLOWED"


class InvalidBinInterval(ApiError):
    """The interval is not one that the API offers."""

    status_code = 400
    code = "INVALID_BIN_INTERVAL"


class MissingMandatoryFilter(ApiError):
    """A search lacks the filter on a field."""

    status_code = 400
    code = "MISSING_MANDATORY_FILTER"


class PatientIdEqMissing(ApiError):
    """The filter on the patient does not say which one."""

    status_code = 400
    code = "PATIENT_ID_EQ_MISSING"


class TimestampFromToMissing(ApiError):
    """The filter on the time lacks its start or its end."""

    status_code = 400
    code = "TIMESTAMP_FROM_TO_MISSING"


class BinIntervalEqMissing(ApiError):
    """The filter on the interval does not say how long it is."""

    status_code = 400
    code = "BIN_INTERVAL_SECONDS_EQ_MISSING"


class BinIntervalIsNotANumber(ApiError):
    """The interval is not a whole number of seconds."""

    status_code = 400
    code = "BIN_INTERVAL_SECONDS_IS_NOT_A_NUMBER"


class BinIntervalIsNotPositive(ApiError):
    """The interval is not positive."""

    status_code = 400
    code = "BIN_INTERVAL_SECONDS_IS_NOT_POSITIVE"


class AttributesInMissing(ApiError):
    """The filter on attributes does not list any."""

    status_code = 400
    code = "ATTRIBUTES_IN_OPERATOR_IS_MISSING"


class MessageTooLarge(ApiError):
    """A request has more than may be saved at once."""

    status_code = 413
    code = "MEASUREMENT_MESSAGE_EXCEEDS_SIZE_LIMITATION"
