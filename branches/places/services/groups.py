"""Say to which group of comparable branches one belongs, from a day on."""

from datetime import date

from django.core.exceptions import ValidationError

from branches import audit
from branches.places.models.groups import ComparisonGroup, OrganisationGroup
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import ORGANISE
from common.database import one_transaction
from common.operator import Actor, account_of


@one_transaction
def comparison_group_set(*, by: Actor, organisation: Organisation, group: str, starts: date) -> OrganisationGroup:
    """Put a branch into a group from `starts` on, in place of what was said for that day; published results stay.

    Raises ValidationError by field for other kinds of organisation and unknown groups.
    """
    access.require(by, ORGANISE, organisation)
    if organisation.kind != Kind.BRANCH:
        raise ValidationError("只有党支部分考核类别。")
    if group not in ComparisonGroup.values:
        raise ValidationError({"group": "请选择考核类别。"})
    row = OrganisationGroup.objects.select_for_update().filter(organisation=organisation, starts=starts).first()
    row = row or OrganisationGroup(organisation=organisation, starts=starts)
    with audit.change(by=by, verb="organisation.group", obj=row, organisation=organisation):
        row.group, row.set_by = group, account_of(by)
        row.save()
    return row
