"""The models of this room, for Django alone: code imports a model from its subject."""

from assessments.ballots.models import Tally
from assessments.entries.models import ManualEntry, SelfRating
from assessments.facts.models import Fact, FactPart, FillState
from assessments.hearing.models import Objection, Opinion
from assessments.reports.models import Report, ReportDocument, ReportDraft, ReportEdit
from assessments.results.models import Assessment, Result, Score
from assessments.results.simulation_models import Simulation
from assessments.schemes.models import SchemeVersion
from assessments.targets.models import StageReport, Target, TargetOutcome, TargetPlan, TargetShare, TargetStage

__all__ = [
    "Assessment",
    "Fact",
    "FactPart",
    "FillState",
    "ManualEntry",
    "Objection",
    "Opinion",
    "Report",
    "ReportDocument",
    "ReportDraft",
    "ReportEdit",
    "Result",
    "SchemeVersion",
    "Score",
    "SelfRating",
    "Simulation",
    "StageReport",
    "Tally",
    "Target",
    "TargetOutcome",
    "TargetPlan",
    "TargetShare",
    "TargetStage",
]
