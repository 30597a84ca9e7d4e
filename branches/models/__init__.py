from branches.models.appointments import Appointment, OrganisationGrant
from branches.models.audit import AuditEntry, AuditSeal
from branches.models.departments import Coverage, Department
from branches.models.jobs import ChangeMark, Heartbeat, JobRun
from branches.models.notices import Feedback, Notice
from branches.models.organisations import ALLOWED_CHILDREN, BEGINNING, Kind, Organisation, OrganisationVersion
from branches.models.settings import Setting
from branches.models.terms import Term
from branches.models.users import User

__all__ = [
    "ALLOWED_CHILDREN",
    "BEGINNING",
    "Appointment",
    "AuditEntry",
    "AuditSeal",
    "ChangeMark",
    "Coverage",
    "Department",
    "Feedback",
    "Heartbeat",
    "JobRun",
    "Kind",
    "Notice",
    "Organisation",
    "OrganisationGrant",
    "OrganisationVersion",
    "Setting",
    "Term",
    "User",
]
