"""The models of this room, for Django alone: code imports a model from its subject."""

from responsibilities.campaigns.links import CampaignPolicy, CampaignWork
from responsibilities.campaigns.models import (
    Campaign,
    CampaignClosing,
    CampaignGoal,
    CampaignMilestone,
    CampaignOutcome,
    CampaignRecord,
    MilestoneResult,
    Participation,
)
from responsibilities.circulars.models import Circular
from responsibilities.collects.models import Collect, CollectAnswer, CollectField, CollectTarget
from responsibilities.duties.models import Duty, DutyList, DutyReport
from responsibilities.policies.models import (
    Policy,
    PolicyAddressee,
    PolicyCheck,
    PolicyReceipt,
    PolicyRun,
    PolicyStep,
    PolicyStudy,
    PolicyVersion,
    RunStep,
    StepRecord,
)
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.practices.models import Adoption, Formalisation, Practice, PracticeDecision, PracticeSource
from responsibilities.proof_files.models import ProofFile
from responsibilities.requirements.models import Exemption, Explanation, RequirementDocument
from responsibilities.supervision.models import (
    Supervision,
    SupervisionDraft,
    SupervisionExtension,
    SupervisionProblem,
    SupervisionReply,
    SupervisionReplyDraft,
)
from responsibilities.work.judged import JudgedPlace, JudgedPoint, JudgedRecord
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, WorkCarrier, WorkItem

__all__ = [
    "Adoption",
    "Campaign",
    "CampaignClosing",
    "CampaignGoal",
    "CampaignMilestone",
    "CampaignOutcome",
    "CampaignPolicy",
    "CampaignRecord",
    "CampaignWork",
    "Circular",
    "Collect",
    "CollectAnswer",
    "CollectField",
    "CollectTarget",
    "Duty",
    "DutyList",
    "DutyReport",
    "Exemption",
    "Explanation",
    "Formalisation",
    "JudgedPlace",
    "JudgedPoint",
    "JudgedRecord",
    "LeaderPortfolio",
    "Milestone",
    "MilestoneResult",
    "Participation",
    "Policy",
    "PolicyAddressee",
    "PolicyCheck",
    "PolicyReceipt",
    "PolicyRun",
    "PolicyStep",
    "PolicyStudy",
    "PolicyVersion",
    "Practice",
    "PracticeDecision",
    "PracticeSource",
    "ProofFile",
    "RunStep",
    "RequirementDocument",
    "StageEvidence",
    "StepRecord",
    "Supervision",
    "SupervisionDraft",
    "SupervisionExtension",
    "SupervisionProblem",
    "SupervisionReply",
    "SupervisionReplyDraft",
    "SyncStage",
    "WorkCarrier",
    "WorkItem",
]
