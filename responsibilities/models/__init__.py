from responsibilities.models.requirements import Exemption, Explanation, RequirementState

__all__ = ["Exemption", "Explanation", "RequirementState"]
