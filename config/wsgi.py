import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# What is loaded now stays: looking all of it through again and again held single requests up for a tenth of a second.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
