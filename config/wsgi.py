import os

from django.core.wsgi import get_wsgi_application


def refuse_demo():
    """Stop with exit 2 and one sentence where a demo database or a superuser would go into service."""
    from django.conf import settings
    from django.db import connection

    from branches.access.demo import unfit_for_service
    from config.env import WrongSetting

    if settings.DEMO or settings.DEBUG or settings.AGENCIES is not None:
        return  # Of many agencies each is looked at when it is first asked for: branches/agencies/fitness.py.
    sentence = unfit_for_service()
    # The server forks or waits after this: no connection may be shared or kept open by it.
    connection.close()
    if sentence:
        raise WrongSetting(sentence)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
from common.database import limit_statements  # noqa: E402 -- the settings come first
from common.garbage import settle  # noqa: E402

# A page that takes longer is broken off: nobody waits for it, and it keeps others from theirs.
limit_statements(15)
refuse_demo()

from branches.agencies.starting import check_or_stop  # noqa: E402 -- models need the application

check_or_stop()
settle()
