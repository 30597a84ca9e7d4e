"""Who stands nearest to an organisation with a right that reaches strictly below its place (decisions 9)."""

from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, RowRange, When, Window

from branches.reach.models import OrganisationGrant
from branches.reach.reach import organisations
from common import clock


def _strictly_below(place: int) -> QuerySet:
    top = organisations().filter(pk=place, tree_id=OuterRef("tree_id"), lft__lt=OuterRef("lft"))
    return organisations().filter(Exists(top.filter(rght__gt=OuterRef("rght"))))


def _with_others_below() -> QuerySet:
    """Return the organisations above others, as values of pk: only a grant of theirs can stand between, and most are of branches."""
    return organisations().filter(parent__isnull=False).values("parent")


def nearest_below(right: str, place: int) -> QuerySet:
    """Return the organisations below `place` (an id) for which nobody holds `right` strictly in between; as values of pk.

    One pass in the order of the tree: an organisation has somebody in between when, of those before it, one where the
    right is held ends after it.
    """
    held = OrganisationGrant.objects.giving(right, clock.today()).filter(below=True).order_by()
    held = held.filter(content_object__in=_with_others_below())
    ends = Case(When(pk__in=held.values("content_object"), then=F("rght")), default=0)
    before = Window(Max("held_to"), order_by=F("lft").asc(), frame=RowRange(end=-1))
    rows = _strictly_below(place).annotate(held_to=ends).annotate(last_end=before)
    return rows.filter(Q(last_end__isnull=True) | Q(last_end__lt=F("rght"))).values("pk")


def grants_between(right: str, place: int, path: str = "organisation__") -> QuerySet:
    """Return the grants of `right` held below `place` and strictly above the organisation that `path` leads to.

    For use in Exists() over the rows that `path` starts from.
    """
    grants = OrganisationGrant.objects.giving(right, clock.today()).filter(
        below=True,
        content_object__in=_strictly_below(place).filter(pk__in=_with_others_below()).values("pk"),
        content_object__tree_id=OuterRef(f"{path}tree_id"),
        content_object__lft__lt=OuterRef(f"{path}lft"),
        content_object__rght__gt=OuterRef(f"{path}rght"),
    )
    return grants.order_by()
