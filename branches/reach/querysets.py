"""The one filter: every scoped queryset answers .visible_to(user, right)."""

from typing import Self

from django.db import models

from branches.reach.reach import reach
from branches.reach.rights import VIEW
from common.operator import Actor


class ScopedQuerySet(models.QuerySet):
    """A queryset whose rows belong to an organisation through `organisation_path`."""

    organisation_path = "organisation__"

    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """Return the rows at whose organisation `user` holds `right` today."""
        return self.filter(reach(user, right, self.organisation_path))
