"""The subjects that a record may belong to, in the order in which the slot shows them."""

from members.activities.belonging import Belonging
from members.cadres.belonging import CLASSES
from members.development.belonging import BELONGING as DEVELOPMENT
from members.resources.belonging import BELONGING as RESOURCES
from responsibilities.campaigns.belonging import CAMPAIGNS
from responsibilities.policies.belonging import STEP_BELONGING, STUDY_BELONGING

SUBJECTS: tuple[Belonging, ...] = (STEP_BELONGING, STUDY_BELONGING, CAMPAIGNS, CLASSES, DEVELOPMENT, RESOURCES)
