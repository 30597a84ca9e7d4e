"""The models of this room, for Django alone: code imports a model from its subject."""

from members.activities.models import (
    AbsenteeText,
    Activity,
    ActivityHost,
    ActivityKind,
    ActivityRevision,
    ActivityWriter,
    Attachment,
    Attendance,
    Resolution,
)
from members.activities.models.leave import Leave
from members.cadres.models import (
    ClassRecord,
    PartyWork,
    StaffTotal,
    StudyTopic,
    TopicUse,
    TrainingClass,
    TrainingPlan,
)
from members.care.models import CareEvent, CareHelp, CareMark, Honour
from members.commitments.models import Commitment, Pledge, SelfRating
from members.corrections.models import Correction
from members.development.models.cases import CaseRole, CaseStep, DevelopmentCase
from members.development.models.papers import CaseDocument, CaseReview, CaseVote, PublicNotice
from members.dues.models import DuesPayment, DuesRate, DuesUse
from members.education.models import BroughtHours, LengthMend, MendedRecord
from members.files.models import CalendarAddress
from members.imports.models import ImportBatch, ImportLine
from members.organisations.models import HeadCount
from members.resources.models import Offer, OfferAsk, Resource, ResourceGuest, ResourceUse
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from members.roster.models.refusals import NumberRefusal
from members.roster.models.standing import Away, PartyStatus, StageSpell
from members.transfers.models import Transfer

__all__ = [
    "AbsenteeText",
    "Activity",
    "ActivityHost",
    "ActivityKind",
    "ActivityRevision",
    "ActivityWriter",
    "Attachment",
    "Attendance",
    "BroughtHours",
    "CalendarAddress",
    "CareEvent",
    "CareHelp",
    "CareMark",
    "CaseDocument",
    "CaseReview",
    "CaseRole",
    "CaseStep",
    "CaseVote",
    "Correction",
    "ClassRecord",
    "Commitment",
    "DevelopmentCase",
    "Away",
    "DuesPayment",
    "DuesRate",
    "DuesUse",
    "HeadCount",
    "Honour",
    "ImportBatch",
    "ImportLine",
    "Leave",
    "LengthMend",
    "LinkProposal",
    "Member",
    "Membership",
    "MendedRecord",
    "NumberRefusal",
    "Offer",
    "OfferAsk",
    "PartyStatus",
    "PartyWork",
    "Pledge",
    "Post",
    "PublicNotice",
    "Resolution",
    "Resource",
    "ResourceGuest",
    "ResourceUse",
    "SelfRating",
    "StaffTotal",
    "StageSpell",
    "StudyTopic",
    "TopicUse",
    "TrainingClass",
    "TrainingPlan",
    "Transfer",
]
