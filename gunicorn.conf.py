"""Read by gunicorn where it is started beside this file: what stops a start stops it once, and not each of its workers."""

import os


def on_starting(server):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    from branches.agencies.starting import check_or_stop

    check_or_stop()
    connection.close()  # No worker may inherit it.
