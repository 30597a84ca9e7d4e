"""Where a lost point is mended: the one translation of a reason's target into an address."""

from collections.abc import Sequence

from django.urls import reverse

from responsibilities.duties.slot import anchor
from responsibilities.requirements.addresses import requirement_url

_PAGES = {
    "supervision": "supervision_detail",
    "activity": "activity_detail",
    "duty": "duty_detail",
    "policy": "policy_detail",
    "policy_run": "policy_run_detail",
    "campaign": "campaign_detail",
    "target": "target_detail",
    "practice": "practice_detail",
    "transfer": "transfer_detail",
    "correction": "correction_detail",
    "member": "member_detail",
    "case": "development_faults",
}
# What has a page of all.
_LISTS = {"practices": "practice_list", "development": "development_list"}

# What has a page of a time for each organisation.
_LEARNING = {"education.hours": "education_list"}
_OF_PLACE = {"dues": "dues_month", "dues_use": "dues_uses"}


# Pages of those who keep people: whoever reads a score and keeps nobody would find nothing there.
_KEPT = frozenset({"care", "correction", "development", "learning", "transfer", *_OF_PLACE})


def address_of(target: Sequence | None, *, keeps: bool = True) -> str | None:
    """Return the address of the page that mends a reason, or None. target: kind and key, as kept with the score.

    keeps: whether its reader keeps the people of the organisation; who does not is led nowhere that would not open for him.
    """
    kind, *key = target or ("",)
    if kind in _KEPT and not keeps:
        return None
    if kind == "requirement":
        return requirement_url(*key)
    if kind == "stage":
        return f"{reverse('work_detail', args=[key[0]])}#stage-{key[1]}"
    if kind == "target_plan":
        return f"{reverse('target_list')}?plan={key[0]}"
    if kind == "learning":
        return f"{reverse(_LEARNING.get(key[0], 'cadres_register'))}?organisation={key[1]}"
    if kind in _OF_PLACE:
        return f"{reverse(_OF_PLACE[kind], args=[key[0]])}?organisation={key[1]}"
    if kind == "care":
        # Above the branch its numbers are read; who is meant stands there nowhere.
        return reverse("care_list")
    if kind == "commitments":
        return reverse("commitment_branch", args=[key[0], key[1]])
    if kind in _LISTS:
        return reverse(_LISTS[kind])
    if kind not in _PAGES:
        return None
    page = reverse(_PAGES[kind], args=[key[0]])
    return f"{page}?show=all#{anchor(key[1])}" if kind == "duty" and len(key) > 1 else page
