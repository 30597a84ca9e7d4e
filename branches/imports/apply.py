"""Write planned organisations, with their terms and the departments they cover. The caller holds the transaction."""

from branches import audit
from branches.imports.report import NEW
from branches.jobs.marks import mark
from branches.places import tree
from branches.places.models.departments import Coverage, Department
from branches.places.models.organisations import BEGINNING, Organisation
from branches.places.models.terms import Term
from branches.places.services.groups import comparison_group_set
from branches.reach import access
from branches.reach.rights import IMPORT
from common import clock, progress
from common.names import name_key


def apply_organisations(items, by):
    """Write the OrganisationItems in the order of the ledger, parents first; returns how many were written.

    Rights are asked again at the parent and at the organisation itself (access rule 3). Raises ValidationError, Http404
    or Forbidden; the caller's transaction is then given up as a whole.
    """
    waiting = {id(item.place): item for item in items}
    for item in items:
        _write_with_parents(item, waiting, by)
    tree.note_imported([item.place.pk for item in items if item.action == NEW or item.changes])
    departments = {name_key(row.name): row for row in Department.objects.all()}
    for item in items:
        _write_term(item, by)
        _write_coverage(item, departments, by)
        _write_group(item, by)
        progress.tick()
    return len(items)


def _write_with_parents(item, waiting, by):
    """Parents may come after their children in the file; ten levels are more than any tree has."""
    if waiting.pop(id(item.place), None) is None:
        return
    parent = item.changes.get("parent", item.place.parent)
    if parent is not None and id(parent) in waiting:
        _write_with_parents(waiting[id(parent)], waiting, by)
    if item.action == NEW:
        _create(item.place, by)
    else:
        _change(item, by)


def _create(place, by):
    if place.parent is not None:
        access.require(by, IMPORT, place.parent.pk)
    organisation = tree.organisation_create(
        by=by,
        name=place.name,
        short_name=place.short_name,
        kind=place.kind,
        parent=place.parent.pk if place.parent is not None else None,
        founded=place.founded,
    )
    place.pk = organisation.pk
    access.require(by, IMPORT, place.pk)


def _change(item, by):
    place, changes = item.place, dict(item.changes)
    access.require(by, IMPORT, place.pk)
    parent = changes.pop("parent", None)
    if changes:
        tree.organisation_update(by=by, organisation=place.pk, **changes)
    if parent is not None:
        access.require(by, IMPORT, parent.pk)
        tree.organisation_move(by=by, organisation=place.pk, parent=parent.pk)


def _write_term(item, by):
    if not item.expires:
        return
    place = item.place.pk
    if item.correct_term:
        term = Term.objects.select_for_update().get(pk=item.correct_term)
    else:
        term = Term(organisation_id=place)
    with audit.change(by=by, verb="term.set", obj=term, organisation=place):
        term.expires = item.expires
        term.full_clean()
        term.save()
    mark(place, item.place.founded or BEGINNING, clock.today(), "term")


def _write_group(item, by):
    """The first group holds from the beginning, another one from today on: what was published with the first stays."""
    if item.group:
        starts = clock.today() if item.old_group else item.place.founded or BEGINNING
        organisation = Organisation.objects.get(pk=item.place.pk)
        comparison_group_set(by=by, organisation=organisation, group=item.group, starts=starts)


def _write_coverage(item, departments, by):
    if not item.departments:
        return
    organisation = Organisation.objects.get(pk=item.place.pk)
    for name in item.departments:
        department = departments.get(name_key(name))
        if department is None:
            department = departments[name_key(name)] = Department(name=name)
            with audit.change(by=by, verb="department.create", obj=department, organisation=organisation):
                department.full_clean()
                department.save()
        coverage = Coverage(department=department, organisation=organisation)
        with audit.change(by=by, verb="coverage.set", obj=coverage, organisation=organisation):
            coverage.full_clean(exclude=["starts", "ends"])
            coverage.save()
    mark(organisation, item.place.founded or BEGINNING, clock.today(), "coverage")
