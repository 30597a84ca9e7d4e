import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from branches.access.services.key_check import check_or_stop  # noqa: E402 -- models need the application

check_or_stop()
# What is loaded now stays: looking all of it through again and again held single requests up for a tenth of a second.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
