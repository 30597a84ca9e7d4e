"""What waits of the mechanisms for one person: each subject says its own, the start pages show it in groups."""

from django.urls import reverse

from assessments.home.selectors.tasks import SHOWN, Group
from assessments.targets import waiting as targets
from branches.access.models import User
from branches.frame.waiting import Sentence, Waiting
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from members.activities.waiting import WAITING as LEAVE
from members.cadres.waiting import WAITING as CADRES
from members.care.waiting import WAITING as CARE
from members.commitments.waiting import WAITING as COMMITMENTS
from members.corrections.waiting import WAITING as CORRECTIONS
from members.development.waiting import WAITING as DEVELOPMENT
from members.dues.waiting import WAITING as DUES
from members.resources.waiting import WAITING as RESOURCES
from members.transfers.waiting import WAITING as TRANSFERS
from responsibilities.belongs.waiting import BELONGS
from responsibilities.campaigns.waiting import CAMPAIGNS
from responsibilities.policies import waiting as policies
from responsibilities.practices.waiting import PRACTICES

# In the order of the menu.
SUBJECTS: tuple[Waiting, ...] = (
    targets.WAITING,
    policies.WAITING,
    CAMPAIGNS,
    PRACTICES,
    RESOURCES,
    CADRES,
    DUES,
    COMMITMENTS,
    CARE,
    DEVELOPMENT,
    TRANSFERS,
    CORRECTIONS,
    LEAVE,
    BELONGS,
)


def place_read(scope: Appointment) -> Organisation | None:
    """Return the organisation whose matters an appointment reads: its own, else the whole agency."""
    found: Organisation | None = scope.organisation or Organisation.objects.root()
    return found


def waiting_groups(user: User, organisation: Organisation) -> list[Group]:
    """Return a Group for each subject in which something waits for `user` at his organisation, at most four lines each."""
    found = []
    for subject in SUBJECTS:
        tasks = sorted(subject.tasks(user, organisation), key=lambda task: task.rank)
        if tasks:
            found.append(Group(subject.name, tasks[:SHOWN], len(tasks), reverse(subject.url)))
    return found


def sentences_of(user: User, organisation: Organisation) -> list[tuple[str, list[Sentence]]]:
    """Return [(name of the subject, its Sentences)] for a leader; subjects with nothing to tell are left out."""
    told = [(one.name, one.sentences(user, organisation)) for one in SUBJECTS if one.sentences is not None]
    return [(name, lines) for name, lines in told if lines]
