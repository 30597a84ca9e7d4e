from members.models.activities import (
    ATTENDING,
    COUNTING_STATES,
    UNSUBMITTED,
    AbsenteeText,
    Activity,
    ActivityHost,
    ActivityKind,
    ActivityKindCode,
    ActivityState,
    Attachment,
    Attendance,
    AttendanceState,
    Resolution,
)
from members.models.imports import BatchState, ImportBatch
from members.models.members import PARTY_STAGES, Member, Membership, Stage
from members.models.posts import COMMITTEE_MINIMUM, COMMITTEE_SEATS, Post, PostKind

__all__ = [
    "ATTENDING",
    "BatchState",
    "COMMITTEE_MINIMUM",
    "COMMITTEE_SEATS",
    "COUNTING_STATES",
    "PARTY_STAGES",
    "UNSUBMITTED",
    "AbsenteeText",
    "Activity",
    "ActivityHost",
    "ActivityKind",
    "ActivityKindCode",
    "ActivityState",
    "Attachment",
    "Attendance",
    "AttendanceState",
    "ImportBatch",
    "Member",
    "Membership",
    "Post",
    "PostKind",
    "Resolution",
    "Stage",
]
