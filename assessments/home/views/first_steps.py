"""The first steps: the start page of a young installation, reachable ever after; the administrator has his own."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from assessments.home.first_steps import STEPS, headline, lines, system_lines
from assessments.home.selectors.start_figures import (
    COMMITTEE_SECRETARY,
    is_young,
    start_figures,
    system_figures,
    whom_to_ask,
)
from branches.reach import access
from branches.reach.rights import ACCOUNTS, IMPORT
from common.requests import Request
from members.imports.agency import LEDGERS
from responsibilities.work.rights import arranges_anywhere


@login_required
def first_steps(request: Request) -> HttpResponse:
    if request.user.has_perm(f"branches.{ACCOUNTS}"):
        return system_page(request)
    if not access.holds_anywhere(request.user, IMPORT):
        raise Http404
    return steps_page(request)


def steps_page(request: Request) -> HttpResponse:
    """Answer with the steps of whoever brings the ledgers in."""
    figures = start_figures(request.user)
    rights = {step.right for step in STEPS if access.holds_anywhere(request.user, step.right)}
    found = lines(figures, rights)
    title, sub = headline(found, young=is_young())
    asked = whom_to_ask()
    context = {
        "title": title,
        "sub": sub,
        "lines": found,
        "figures": figures,
        "busy": figures.members > 0 and (figures.waiting > 0 or figures.age is None),
        "blanks": LEDGERS.values(),
        "arranges": arranges_anywhere(request.user),
        "secretaries": asked[COMMITTEE_SECRETARY],
        "administrators": asked["system_administrator"],
    }
    return render(request, "assessments/home/first_steps.html", context)


def system_page(request: Request) -> HttpResponse:
    """Answer with the administrator's own steps: what he does, what he cannot."""
    steps = system_lines(system_figures())
    left = sum(step["state"] != "done" for step in steps)
    context = {
        "title": f"还有 {left} 步，党务干部就可以接着做" if left else "系统管理的启用步骤都做完了",
        "steps": steps,
        "secretaries": whom_to_ask()[COMMITTEE_SECRETARY],
    }
    return render(request, "assessments/home/first_steps_system.html", context)
