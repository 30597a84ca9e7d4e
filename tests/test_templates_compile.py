"""Every template compiles: a tag library that is not found shows only when its page is opened."""

import pytest
from django.template.loader import get_template

from tests.paths import ROOT

TEMPLATES = ROOT / "templates"


@pytest.mark.parametrize("name", sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")))
def test_it_compiles(name):
    assert get_template(name).template.nodelist is not None
