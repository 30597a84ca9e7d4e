"""A text column that is encrypted at rest (control C43)."""

from typing import Any

from django.db import models

from common import crypto


class EncryptedField(models.TextField):
    """Holds a ciphertext bound to `model.field.uid`; read and written through `reveal` and `conceal`.

    The column itself is the ciphertext: nothing decrypts by accident in a list, a log or a debugger.
    """

    encrypted = True

    def __init__(self, *args: Any, index: tuple[str, str] | None = None, **kwargs: Any) -> None:
        """index: the column that holds the blind index of this field, and its purpose; it is no part of the schema."""
        super().__init__(*args, **kwargs)
        self.index = index

    def aad(self, instance: Any) -> str:
        return f"{instance._meta.model_name}.{self.name}.{instance.uid}"


def conceal(instance: Any, name: str, plain: str) -> None:
    """Set the encrypted field `name` of `instance` from plain text ("" clears it)."""
    field = instance._meta.get_field(name)
    setattr(instance, name, crypto.encrypt(plain, field.aad(instance)) if plain else "")


def reveal(instance: Any, name: str) -> str:
    """Return the plain text of the encrypted field `name`; raises crypto.CannotBeShown."""
    field = instance._meta.get_field(name)
    value = getattr(instance, name)
    return crypto.decrypt(value, field.aad(instance)) if value else ""
