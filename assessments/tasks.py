"""Thin doors for the worker; importing the services registers their kinds of jobs."""

from celery import shared_task

from assessments.facts import fill as rollups
from assessments.facts.check import check_some
from assessments.hearing.overdue import objections_overdue
from assessments.reports import drafting, services  # noqa: F401
from assessments.results import simulation, trials  # noqa: F401
from assessments.targets.services.closing import plans_closed
from assessments.targets.services.stages import marked_records, stages_by_records
from branches.jobs import services as jobs
from common.queues import FILLS, sign_of
from responsibilities.work.services.natures import natures_left


@shared_task
def fill_tick():
    """Each minute: let the facts be filled where something waits for it. A fill that is under way holds nothing back here."""
    if rollups.wanted():
        fill_facts.apply_async(expires=55)
    else:
        jobs.beat("rollup")


@shared_task
def fill_facts():
    # One process serves the queue: while it fills, its sign of life comes from the fill.
    marked = marked_records()
    rollups.fill(alive=jobs.beating(sign_of(FILLS)))
    stages_by_records(marked)


@shared_task
def check_facts():
    natures_left()
    check_some()
    plans_closed()


@shared_task
def tell_overdue_objections():
    objections_overdue()
