import pytest
from django.conf import settings

from tests.branches.agencies.installation import two_agencies, use


@pytest.fixture(scope="package")
def installation(tmp_path_factory, django_db_blocker):
    if not settings.IS_POSTGRES:
        pytest.skip("many agencies are served from PostgreSQL")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        with two_agencies(tmp_path_factory.mktemp("agencies"), patch) as made:
            yield made


@pytest.fixture
def two(installation):
    """Two agencies, A and B, whose ids are the same and whose keys are not; every text of B holds the canary."""
    use(installation.file)
    return installation
