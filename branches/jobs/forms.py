"""Filter of the list of jobs, read from the address."""

from django import forms

from branches.jobs.models import JobRun
from common.forms.filters import Filter


class JobFilter(Filter):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *JobRun.State.choices])
