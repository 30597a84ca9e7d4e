"""What is shared, in 「还属于」: the place and the lecturer of a record are found in the library by name."""

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.places.models.organisations import Kind, Organisation
from common.operator import Actor
from members.activities.belonging import Belonging, Chip, Draft
from members.activities.likeness import folded, wanted
from members.activities.models import Activity
from members.activities.selectors.rosters import expected
from members.activities.ties import TieSource, uncounted_words
from members.resources import rules
from members.resources.models import EXCLUSIVE, Answer, Resource, ResourceKind, ResourceUse
from members.resources.services.uses import clash_among, use_ask, use_withdraw

LETTER = "r"
# So many are looked through by name.
MOST = 300


def _guest(organisation: Organisation) -> Organisation:
    """The branch that a record of this organisation is used for."""
    return organisation.parent if organisation.kind == Kind.SMALL_GROUP and organisation.parent else organisation


def suggest(draft: Draft) -> list[Chip]:
    """Return a Chip for everything that the record's branch may use, those first that place or lecturer name.

    What is another's is never ticked beforehand: that somebody is asked is one click of a person.
    """
    guest = _guest(draft.organisation)
    rows = Resource.objects.living().offered_to(guest).visible_to(draft.user).select_related("organisation__parent")
    if draft.activity is not None:
        held = ResourceUse.objects.active().filter(activity=draft.activity).order_by()
        rows = rows.exclude(pk__in=held.values("resource"))
    found = list(rows.order_by("name", "pk")[:MOST])
    record = _as_record(draft)
    taken: dict[int, list[ResourceUse]] = {}
    uses = ResourceUse.objects.holding().filter(resource__in=[row.pk for row in found], day=draft.day)
    for use in uses.exclude(activity=record.pk).select_related("activity", "organisation__parent"):
        taken.setdefault(use.resource_id, []).append(use)
    people = len(expected(draft.organisation, draft.kinds, draft.day)) if any(row.capacity for row in found) else 0
    return [_chip(draft, row, guest, clash_among(row, record, taken.get(row.pk, ())), people) for row in found]


def _as_record(draft: Draft) -> Activity:
    """Return the record as the form says it now, for its day and times."""
    pk = draft.activity.pk if draft.activity is not None else None
    return Activity(pk=pk, day=draft.day, starts_at=draft.starts_at, ends_at=draft.ends_at)


def _named(draft: Draft, resource: Resource) -> tuple[int, str]:
    """Return (weight, where) of a resource's name in place, lecturer or title of the draft; (0, "") where it is in none."""
    name = folded(resource.name)
    for words, where in ((draft.place, "地点"), (draft.lecturer, "授课人")):
        text = folded(words)
        if len(text) >= 2 and (name in text or text in name):
            return 2 * len(name), f"{where}写到"
    if resource.kind in (ResourceKind.MATERIAL, ResourceKind.EXHIBIT):
        found = draft.like(wanted(resource.name))
        return found.weight, found.said
    return 0, ""


def _chip(draft: Draft, resource: Resource, guest: Organisation, taken: str, people: int) -> Chip:
    weight, where = _named(draft, resource)
    own = resource.organisation_id == guest.pk
    if resource.kind not in EXCLUSIVE:
        taken = ""
    small = rules.too_small_words(resource.capacity, people)
    why = taken or small or ("本组织的" if own else f"须{resource.organisation.label}同意")
    return Chip(
        key=f"{LETTER}{resource.pk}",
        label=f"使用：{resource.name}",
        why=why if not where or taken or small else f"{where}，{why}",
        likeness=weight,
        fits=own and not taken,
        url=reverse("resource_detail", args=[resource.pk]),
    )


def tied(user: Actor, activity: Activity) -> list[Chip]:
    """Return the chips of what a record uses or has asked for."""
    rows = ResourceUse.objects.active().filter(activity=activity.pk).select_related("resource__organisation__parent")
    judged = list(activity.judgements.order_by()) if rows else []
    return [
        Chip(
            key=f"{LETTER}{row.resource_id}",
            label=f"使用：{row.resource.name}",
            chosen=True,
            standing=_standing(row, activity, judged),
            url=reverse("resource_detail", args=[row.resource_id]),
        )
        for row in rows
    ]


def _standing(use: ResourceUse, activity: Activity, judged: list) -> str:
    owner = use.resource.organisation.label
    if use.state == Answer.DECLINED:
        return f"{owner}谢绝：{use.reason}"
    if use.state == Answer.ASKED:
        return f"待{owner}同意"
    if use.day != activity.day:
        return "活动日期已经改变，请撤下后重新申请"
    return uncounted_words(activity, judged, is_confirmed=True)


def tie(by: Actor, activity: Activity, pk: int, system: bool) -> None:
    """Ask for a resource by its id; ValidationError where there is none that may be asked for."""
    resource = Resource.objects.visible_to(by).filter(pk=pk).first()
    if resource is None:
        raise ValidationError(rules.not_offered_words("这项资源"))
    use_ask(by=by, activity=activity, resource=resource, source=TieSource.SYSTEM if system else TieSource.PERSON)


def untie(by: Actor, activity: Activity, pk: int, reason: str) -> None:
    """Take the use of a resource back; nothing where there is none."""
    use = ResourceUse.objects.active().filter(activity=activity.pk, resource=pk).first()
    if use is not None:
        use_withdraw(by=by, use=use, reason=reason)


BELONGING = Belonging(LETTER, "共享资源", suggest, tied, tie, untie)
