"""The one filter: every scoped queryset answers .visible_to(user, right)."""

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from branches.reach.rights import STRICTLY_BELOW, VIEW
from common import clock
from common.operator import OPERATOR


def reach(user, right, path="organisation__", day=None):
    """Return the condition «`user` holds `right` at this organisation or above it on `day`».

    `path` leads from the filtered rows to the organisation ("" for organisations themselves). An organisation is within
    reach by one correlated EXISTS over the grants of its ancestors: no join, hence no duplicates; the date is part of
    the condition (access rule 7). Other rows ask whether their organisation is one of these, so that the EXISTS runs
    once for each organisation and not once for each row.
    """
    if user is OPERATOR:
        return Q(pk__isnull=False)
    if path:
        places = (
            apps.get_model("branches.Organisation")
            .objects.order_by()
            .filter(_within_reach(user, right, day))
            .values("pk")
        )
        return Q(**{f"{path.removesuffix('__')}__in": places})
    return _within_reach(user, right, day)


def _within_reach(user, right, day):
    # Asked for by name: the models of places and grants stand above this file.
    OrganisationGrant = apps.get_model("branches.OrganisationGrant")
    day = day or clock.today()
    grants = OrganisationGrant.objects.filter(
        user_id=user.pk or 0,
        permission__codename=right,
        starts__lte=day,
        user__is_active=True,
    ).filter(Q(ends__isnull=True) | Q(ends__gte=day))
    above = Q(
        below=True,
        content_object__tree_id=OuterRef("tree_id"),
        content_object__rght__gte=OuterRef("rght"),
    )
    if right in STRICTLY_BELOW:
        return Exists(grants.filter(above, content_object__lft__lt=OuterRef("lft")))
    here = Q(content_object=OuterRef("pk"))
    return Exists(grants.filter((above & Q(content_object__lft__lte=OuterRef("lft"))) | here))


class ScopedQuerySet(models.QuerySet):
    """A queryset whose rows belong to an organisation through `organisation_path`."""

    organisation_path = "organisation__"

    def visible_to(self, user, right=VIEW, day=None):
        """Return the rows at whose organisation `user` holds `right` today (or on `day`)."""
        return self.filter(reach(user, right, self.organisation_path, day))
