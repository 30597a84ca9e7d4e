"""The subjects that have something to say when a year changes, in the order of the page; a later one adds its line here."""

from assessments.targets.year import YEAR as TARGETS
from branches.frame.year import YearSubject
from members.cadres.year import YEAR as TRAINING
from members.care.year import YEAR as CARE
from members.commitments.year import YEAR as COMMITMENTS
from members.resources.year import YEAR as RESOURCES
from members.transfers.year import YEAR as TRANSFERS
from responsibilities.campaigns.year import YEAR as CAMPAIGNS
from responsibilities.policies.year import YEAR as POLICIES
from responsibilities.practices.year import YEAR as PRACTICES

SUBJECTS: tuple[YearSubject, ...] = (
    *(TARGETS, POLICIES, CAMPAIGNS, PRACTICES, RESOURCES, TRAINING),
    *(COMMITMENTS, CARE, TRANSFERS),
)
