from assessments.models.facts import Fact, FillState
from assessments.models.results import (
    Assessment,
    AssessmentState,
    FrozenError,
    Report,
    Result,
    SchemeVersion,
    Score,
)

__all__ = [
    "Assessment",
    "AssessmentState",
    "Fact",
    "FillState",
    "FrozenError",
    "Report",
    "Result",
    "SchemeVersion",
    "Score",
]
