from assessments.models.facts import Fact, FillState

__all__ = ["Fact", "FillState"]
