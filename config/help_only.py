"""What stands in for the environment while a command only tells how it is used: nothing of it is kept or connected to."""

import base64
import secrets


def stand_in(folder: str) -> dict[str, str]:
    """Return an environment with which the settings can be read; `folder`: an empty one that is thrown away."""
    made = {name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "AUDIT_KEY")}
    made["FIELD_KEYS"] = "1:" + base64.b64encode(secrets.token_bytes(32)).decode()
    nothing = (
        "AGENCIES",
        "DATABASE_URL",
        "REDIS_URL",
        "DEMO",
        "DEBUG",
        "AUDIT_KEY_FALLBACKS",
        "FIELD_INDEX_KEY",
        "OIDC_ISSUER",
    )
    here = {"ALLOWED_HOSTS": "localhost", "SITE_URL": "http://localhost", "VAR_DIR": folder}
    return made | here | dict.fromkeys(nothing, "")
