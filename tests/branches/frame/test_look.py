"""The pages are drawn: every component in every state, the way in, and the pages that say what went wrong."""

import re

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory

from branches.frame.components import components
from branches.jobs.models import JobRun
from branches.templatetags import states
from members.activities.models import ActivityState, AttendanceState
from responsibilities.requirements.models import RequirementState

INLINE = re.compile(r"\sstyle\s*=|<script(?![^>]*(?:\bsrc=|application/json))[^>]*>|\son[a-z]+=\"", re.I)


@pytest.fixture
def request_of(world):
    """Return a request as the middleware would hand it on: request_of("secretary_a")."""

    def make(who):
        request = RequestFactory().get("/components/")
        request.user = world.user(who)
        request.appointments = list(request.user.appointments.all())
        request.scope = request.appointments[0]
        request._messages = CookieStorage(request)
        request.resolver_match = None
        return request

    return make


def test_every_component_is_drawn_without_inline_style_or_script(request_of, settings):
    settings.DEBUG = True
    page = components(request_of("secretary_a")).content.decode()
    assert "<c-" not in page and "{%" not in page
    assert page.count("<h1") == 1
    assert not INLINE.search(page), INLINE.search(page)
    for word in ("逾期24天", "临期，还有3天", "提前 2 天", "已 39 天未见", "补办完成", "未知", "86.5"):
        assert word in page, word


def test_the_page_of_components_exists_on_a_development_server_only(request_of, settings):
    settings.DEBUG = False
    with pytest.raises(Http404):
        components(request_of("secretary_a"))


def test_a_wrong_field_is_tied_to_its_message_for_those_who_listen(request_of, settings):
    settings.DEBUG = True
    page = components(request_of("secretary_a")).content.decode()
    field = re.search(r"<input[^>]*name=\"wrong-name\"[^>]*>", page).group()
    assert 'aria-invalid="true"' in field
    named = re.search(r'aria-describedby="([^"]+)"', field).group(1)
    assert f'id="{named}"' in page


def test_the_way_in_says_that_the_system_holds_no_secrets(client, world):
    page = client.get("/login/")
    assert page.status_code == 200
    assert "非涉密系统" in page.content.decode()
    assert "default-src 'none'" in page["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["400", "403", "404", "409", "413", "429", "500", "503", "403_csrf"])
def test_an_error_page_needs_neither_database_nor_request(code, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = render_to_string(f"{code}.html", {"incident": "7F3A"})
    assert "7F3A" in page
    assert page.count("<h1") == 1
    assert not INLINE.search(page)


@pytest.mark.parametrize("choices", [ActivityState, AttendanceState, RequirementState, JobRun.State])
def test_a_chip_says_the_same_word_as_the_record(choices):
    for state in choices:
        assert states.chip_look(state.value)["word"] == state.label
