"""The settings of an event source mapping, by AWS's names, in AWS's ranges."""

from __future__ import annotations

import dataclasses

POSITIONS = ("TRIM_HORIZON", "LATEST")
REPORT = "ReportBatchItemFailures"
_DAY_S = 86_400


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MappingSettings:
    """What CreateEventSourceMapping takes for a stream; -1 means without limit."""

    batch_size: int = 100  # records
    maximum_batching_window_in_seconds: int = 0
    parallelization_factor: int = 1  # concurrent batches a shard
    starting_position: str = "TRIM_HORIZON"
    bisect_batch_on_function_error: bool = False
    maximum_retry_attempts: int = -1
    maximum_record_age_in_seconds: int = -1
    function_response_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what AWS would refuse."""
        _in_range("batch_size", self.batch_size, 1, 10_000)
        _in_range(
            "maximum_batching_window_in_seconds", self.maximum_batching_window_in_seconds, 0, 300
        )
        _in_range("parallelization_factor", self.parallelization_factor, 1, 10)
        if self.maximum_retry_attempts != -1:
            _in_range("maximum_retry_attempts", self.maximum_retry_attempts, 0, 10_000)
        if self.maximum_record_age_in_seconds != -1:
            age = self.maximum_record_age_in_seconds
            _in_range("maximum_record_age_in_seconds", age, 60, 7 * _DAY_S)
        if self.starting_position not in POSITIONS:
            raise ValueError(f"starting_position is {self.starting_position!r}; one of {POSITIONS}")
        if self.function_response_types not in {(), (REPORT,)}:
            raise ValueError(f"function_response_types is () or ({REPORT!r},)")

    @property
    def reports_failures(self) -> bool:
        """Whether the handler's answer names the records that failed."""
        return REPORT in self.function_response_types


def _in_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{name} is {value}; {least} to {most} is allowed")
