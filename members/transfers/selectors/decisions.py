"""Which recorded meetings may have decided on how a member stands."""

from branches.places.models.organisations import Organisation
from members.activities.models import Activity
from members.activities.models import ActivityKindCode as Code
from members.activities.selectors.meetings import meeting_among, meetings_offered

_DECIDE = (Code.ASSEMBLY, Code.COMMITTEE_MEETING, Code.ORG_LIFE, Code.MEMBER_REVIEW, Code.COMMITTEE_PLENARY)
_MOST = 15


def meetings_deciding(branch: Organisation) -> list[tuple[str, str]]:
    """Return [(id, words)] of what a branch held and may have decided in, the latest first."""
    return meetings_offered([branch.pk], _DECIDE, most=_MOST)


def meeting_of(branch: Organisation, pk: str) -> Activity | None:
    """Return the meeting that was chosen out of `meetings_deciding`; None where none was."""
    return meeting_among(meetings_deciding(branch), pk)
