"""What `manage.py check` says of an installation with many agencies."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from common import agencies


def check_served_by_threads(**_: Any) -> list[CheckMessage]:
    """Refuse ASGI: a thread's connection is exchanged at the door, and there many requests share a thread."""
    if agencies.many() and getattr(settings, "ASGI_APPLICATION", None):
        return [Error("many agencies are served by WSGI alone: ASGI_APPLICATION must not be set.", id="tongbu.E002")]
    return []


def check_door(**_: Any) -> list[CheckMessage]:
    """Refuse a chain of middleware in which something runs before it is known whose request it is."""
    if agencies.many() and settings.MIDDLEWARE[:1] != ["config.agency_door.AgencyDoor"]:
        return [
            Error("with many agencies the first middleware must be config.agency_door.AgencyDoor.", id="tongbu.E003")
        ]
    return []
