"""Django's sessions in the database, signed for one agency: a row that was copied to another agency's database says nothing there."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from common import agencies


class SessionStore(DatabaseStore):
    @property
    def key_salt(self) -> str:
        return agencies.signing_salt(str(super().key_salt))
