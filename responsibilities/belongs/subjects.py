"""The subjects that a record may belong to, in the order in which the slot shows them."""

from members.activities.belonging import Belonging
from members.resources.belonging import BELONGING as RESOURCES

SUBJECTS: tuple[Belonging, ...] = (RESOURCES,)
