"""The models of this room, for Django alone: code imports a model from its subject."""

from branches.access.models import (
    CodeSlip,
    ExternalIdentity,
    FactorDevice,
    KeyCanary,
    PasswordReset,
    RecoveryCode,
    User,
)
from branches.audit.models import AuditAnchor, AuditEntry, AuditSeal, UsageCount
from branches.frame.models import SentForm
from branches.jobs.models import ChangeMark, Heartbeat, JobRun
from branches.notices.models import Feedback, Notice
from branches.places.models.departments import Coverage, Department
from branches.places.models.groups import OrganisationGroup
from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.places.models.terms import Term
from branches.reach.models import Appointment, OrganisationGrant
from branches.settings.models import Setting, SettingProposal

__all__ = [
    "Appointment",
    "AuditAnchor",
    "AuditEntry",
    "AuditSeal",
    "ChangeMark",
    "CodeSlip",
    "Coverage",
    "Department",
    "ExternalIdentity",
    "FactorDevice",
    "Feedback",
    "Heartbeat",
    "JobRun",
    "KeyCanary",
    "Notice",
    "Organisation",
    "OrganisationGrant",
    "OrganisationGroup",
    "OrganisationVersion",
    "PasswordReset",
    "RecoveryCode",
    "SentForm",
    "Setting",
    "SettingProposal",
    "Term",
    "UsageCount",
    "User",
]
