"""Decorators for grave acts."""

from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone


def recent_login(view):
    """Ask for the password again unless it was given within ten minutes (control C06)."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        age = timezone.now().timestamp() - request.session.get("confirmed", 0)
        if age <= settings.RECENT_LOGIN_SECONDS:
            return view(request, *args, **kwargs)
        # A posted form cannot be repeated for the user, so he returns to the page it came from.
        back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
        return HttpResponseRedirect(f"{reverse('confirm_password')}?{urlencode({'next': back})}")

    guarded.grave = True
    return guarded
