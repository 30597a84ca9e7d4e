"""The product's worker with two more kinds of jobs: one that hangs past its hard limit, and one that is done at once (F21)."""

import time

import django
from celery.exceptions import SoftTimeLimitExceeded

from config.celery import app

django.setup()

from branches.jobs import services as jobs  # noqa: E402 — models need the settings first

__all__ = ["app"]


@jobs.job("test.hang")
def hang(by):
    while True:
        try:
            time.sleep(600)
        except SoftTimeLimitExceeded:
            pass  # it is told, and does not listen


@jobs.job("test.done")
def done(by):
    return "已完成"
