"""Django's messages of one page to the next, their cookie signed for one agency."""

from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage

from common import agencies


class _Cookie(CookieStorage):
    @property
    def key_salt(self) -> str:  # type: ignore[override]
        return agencies.signing_salt(CookieStorage.key_salt)


class Storage(FallbackStorage):
    storage_classes = (_Cookie, SessionStorage)
