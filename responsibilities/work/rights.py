"""Who may do what with business work: one place for the rules that combine several rights.

- Arranging work of the agency takes `assign_work` and `manage_organisation` at the same organisation.
- A branch speaks for itself: `record_activity` and `report_duties` at the same organisation. Leaders hold `report_duties`
  for their own duties and do not record, so they read only.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from branches.access.beside import givers_of
from branches.access.resets import barred
from branches.places.models.organisations import Kind, Organisation, OrganisationQuerySet
from branches.reach import access
from branches.reach.access import Forbidden
from branches.reach.models import Appointment
from branches.reach.reach import reach
from branches.reach.rights import ASSIGN, DUTIES, ORGANISE, RECORD, SUPERVISE
from common import clock
from common.operator import OPERATOR, Actor
from responsibilities.portfolios.rights import supervising
from responsibilities.work.models import Uptake, WorkCarrier, WorkItem, WorkItemQuerySet, WorkKind

_ASKED = (RECORD, DUTIES, ASSIGN, ORGANISE)
# What may have work of its own that nobody above arranged.
OWN_WORK = (Kind.BRANCH, Kind.GENERAL_BRANCH)


class Powers:
    """The rights of `user` at some organisations, read in one statement.

    places: ids (None among them is ignored). Ask only about these places.
    """

    def __init__(self, user: Actor, places: Iterable[int | None]):
        self.all = user is OPERATOR
        self.rights: dict[int, set[str]] = {}
        # Whether the user arranges at the organisation above, too.
        self.parents: dict[int, bool] = {}
        if self.all:
            return
        rows = Organisation.objects.filter(pk__in={place for place in places if place is not None}).order_by()
        rows = rows.annotate(**{f"has_{right}": reach(user, right, "") for right in _ASKED})
        above = {f"above_{right}": reach(user, right, "parent__") for right in (ASSIGN, ORGANISE)}
        rows = rows.annotate(has_supervision=Q(supervising(user, "")))
        columns = [*(f"has_{right}" for right in _ASKED), "has_supervision"]
        rows = rows.annotate(**above)
        for pk, *flags in rows.values_list("pk", *columns, *above):
            self.rights[pk] = {right for right, flag in zip((*_ASKED, SUPERVISE), flags) if flag}
            self.parents[pk] = all(flags[len(_ASKED) + 1 :])

    def _has(self, place: int, *rights: str) -> bool:
        return self.all or set(rights) <= self.rights.get(place, set())

    def arranges(self, place: int) -> bool:
        """Whether the user arranges business work at the organisation with this id."""
        return self._has(place, ASSIGN, ORGANISE)

    def speaks(self, place: int) -> bool:
        """Whether the user speaks for the organisation with this id: secretary or officer of a branch."""
        return self._has(place, RECORD, DUTIES)

    def supervises(self, item: WorkItem, carriers: Iterable[int]) -> bool:
        """Whether the user may raise a supervision about the item: with one who carries it, or with its own organisation."""
        return any(self._has(place, SUPERVISE) for place in list(carriers) or [item.organisation_id])

    def records(self, place: int) -> bool:
        return self._has(place, RECORD)

    def edits(self, item: WorkItem) -> bool:
        """Whether the user may change or stop the item."""
        own = item.kind == WorkKind.BRANCH and item.organisation.kind in OWN_WORK
        return self.arranges(item.organisation_id) or (own and self.speaks(item.organisation_id))

    def notes(self, item: WorkItem, carriers: Iterable[int]) -> bool:
        """Whether the user may say that the business side took place: who edits, or speaks for a carrying branch."""
        return self.edits(item) or any(self.speaks(place) for place in carriers)

    def links(self, item: WorkItem, carriers: Iterable[int]) -> bool:
        """Whether the user may link records of carrying branches: who edits, or records for a carrying branch."""
        return self.edits(item) or any(self.records(place) for place in carriers)

    def waives(self, item: WorkItem) -> bool:
        """Whether the user may waive a stage: who arranges there; what a branch made itself, only from strictly above."""
        if item.kind == WorkKind.BRANCH and item.organisation.kind in OWN_WORK:
            return self.all or self.parents.get(item.organisation_id, False)
        return self.arranges(item.organisation_id)

    def corrects(self, item: WorkItem) -> bool:
        """Whether the user may change a business date that others noted: whoever waives, so never the branch whose work it is."""
        return self.waives(item)


def _posts_of(user: Actor, place: str) -> Exists:
    """Return the condition «the user holds a post at the organisation in the column `place` today»."""
    return Exists(Appointment.objects.in_force(clock.today()).filter(user=user.pk, organisation=OuterRef(place)))


def arranges_above(user: Actor, place: Organisation) -> bool:
    """Whether what the user enters at `place` was arranged by somebody above it, and not by the place itself."""
    if user is OPERATOR or place.kind not in OWN_WORK:
        return True
    above = Organisation.objects.filter(pk=place.pk).filter(_above(user, "")).annotate(own=_posts_of(user, "pk"))
    return above.filter(own=False).exists()


def _above(user: Actor, prefix: str) -> Q:
    return Q(reach(user, ASSIGN, f"{prefix}parent__")) & Q(reach(user, ORGANISE, f"{prefix}parent__"))


def decidable(user: Actor) -> WorkItemQuerySet:
    """Return the work that branches registered themselves and of which `user` says whether it weighs (judgement 3.4).

    It is somebody strictly above who arranges work, who neither entered it nor holds a post at the branch, nor is a second
    person in name only beside who entered it.
    """
    rows = WorkItem.objects.exclude(uptake=Uptake.ARRANGED)
    if user is OPERATOR:
        return rows
    rows = rows.filter(_above(user, "organisation__")).exclude(author=user.pk).exclude(_posts_of(user, "organisation"))
    return rows.exclude(author__in=givers_of(user)).exclude(barred(user.pk or 0, "author", "created"))


def may_change_what_was_decided(by: Actor, item: WorkItem) -> bool:
    """Whether `by` may still change what was decided on of an item: its name, who carries it, its milestones, its end.

    Once somebody above has taken a branch's own work in, declined or arranged it, that is no longer the branch's to change.
    """
    undecided = item.uptake == Uptake.WAITING or item.organisation.kind not in OWN_WORK
    return undecided or arranges_above(by, item.organisation)


def linkers(user: Actor, place: Organisation) -> str:
    """Return who links the records of a place to work, as a sentence, "" where whoever records there (`user`) does it himself.

    A group leader reads none of the work, which is his branch's; so what his group did is linked by who records for that.
    """
    if place.kind != Kind.SMALL_GROUP or place.parent is None or access.has_right(user, RECORD, place.parent):
        return ""
    people = list(dict.fromkeys(row.user.name for row in access.who_can(RECORD, place.parent)))[:2]
    named = f"（{'、'.join(people)}）" if people else ""
    return f"党小组的活动由{place.parent.label}{named}关联业务，记录提交后即可关联。"


def correctors(item: WorkItem) -> str:
    """Return who may change a noted business date of the item, as a sentence names them: the place and up to two people."""
    place = item.organisation
    if item.kind == WorkKind.BRANCH and place.kind in OWN_WORK and place.parent is not None:
        place = place.parent
    able = access.who_can_each([ASSIGN, ORGANISE], place)
    organising = {row.user_id for row in able[ORGANISE]}
    people = list(dict.fromkeys(row.user.name for row in able[ASSIGN] if row.user_id in organising))[:2]
    return f"{place.label}（{'、'.join(people)}）" if people else place.label


def carriers_of(item: WorkItem) -> list[int]:
    """Return the ids of the organisations that carry the item today, the leading one first."""
    rows = WorkCarrier.objects.filter(item=item, ended__isnull=True).order_by("-leads", "pk")
    return list(rows.values_list("organisation_id", flat=True))


def powers_for(user: Actor, item: WorkItem) -> tuple[Powers, list[int]]:
    """Return (Powers, ids of present carriers) for one item."""
    carriers = carriers_of(item)
    return Powers(user, {item.organisation_id, *carriers}), carriers


def require(allowed: bool, user: Actor, right: str, item: WorkItem) -> None:
    """Raise Forbidden (whose page says who can) unless `allowed`, Http404 where `user` may not even read the item."""
    if allowed:
        return
    if WorkItem.objects.filter(pk=item.pk).visible_to(user).exists():
        raise Forbidden(right, item.organisation)
    raise Http404


def require_edit(user: Actor, item: WorkItem) -> None:
    """Raise Forbidden or Http404 unless `user` may change the item."""
    require(Powers(user, {item.organisation_id}).edits(item), user, ASSIGN, item)


def _open_places() -> OrganisationQuerySet:
    places = Organisation.objects.filter(archived_on__isnull=True).select_related("parent")
    return places.in_tree_order()


def places_to_arrange(user: Actor) -> list[Organisation]:
    """Return the organisations at which `user` may arrange work of any kind, in tree order."""
    places = _open_places().exclude(kind=Kind.SMALL_GROUP)
    return list(places.visible_to(user, ASSIGN).visible_to(user, ORGANISE))


def places_of_own_work(user: Actor) -> list[Organisation]:
    """Return the branches for which `user` may enter their own work (kind branch), in tree order."""
    return list(_open_places().filter(kind__in=OWN_WORK).visible_to(user, RECORD).visible_to(user, DUTIES))


def carrier_places(user: Actor) -> list[Organisation]:
    """Return the organisations that `user` may name as carriers, in tree order."""
    places = _open_places().filter(kind__in=OWN_WORK)
    if user is OPERATOR:
        return list(places)
    arranges = Q(reach(user, ASSIGN, "")) & Q(reach(user, ORGANISE, ""))
    speaks = Q(reach(user, RECORD, "")) & Q(reach(user, DUTIES, ""))
    return list(places.filter(arranges | speaks))


def arranges_anywhere(user: Actor) -> bool:
    """Whether `user` arranges work of the agency somewhere."""
    return access.holds_anywhere(user, ASSIGN) and access.holds_anywhere(user, ORGANISE)


def enters_anywhere(user: Actor) -> bool:
    """Whether `user` may enter an item somewhere: who arranges, and who speaks for a branch."""
    own = access.holds_anywhere(user, RECORD) and access.holds_anywhere(user, DUTIES)
    return own or arranges_anywhere(user)
