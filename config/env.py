"""Typed readers of the environment: a wrong value stops the start with one clear sentence."""

import os
import secrets
import stat
import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ

from common import agencies_file

_env = environ.Env()


class WrongSetting(SystemExit):
    """Stops the process with exit code 2; the message never contains the value."""

    def __init__(self, message):
        print(f"Tongbu cannot start: {message}", file=sys.stderr)
        super().__init__(2)


def text(name, default=""):
    """Return the variable as text, `default` when unset or empty."""
    return os.environ.get(name, "") or default


def flag(name, default=False):
    """Return a boolean; accepts 1/0, true/false, yes/no, on/off."""
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise WrongSetting(f"{name} must be 1 or 0.")


def integer(name, default, low, high):
    """Return a whole number between `low` and `high`, both included."""
    value = os.environ.get(name, "").strip()
    if value == "":
        return default
    try:
        number = int(value)
    except ValueError:
        raise WrongSetting(f"{name} must be a whole number.") from None
    if not low <= number <= high:
        raise WrongSetting(f"{name} must lie between {low} and {high}.")
    return number


def choice(name, default, allowed):
    """Return one of the `allowed` words."""
    value = os.environ.get(name, "").strip().lower() or default
    if value not in allowed:
        raise WrongSetting(f"{name} must be one of: {', '.join(allowed)}.")
    return value


def words(name, default=()):
    """Return a list from a comma-separated variable."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or list(default)


def database(name, embedded):
    """Return Django's DATABASES entry for a postgres:// or sqlite:// address.

    `embedded` is the path of the SQLite file used when the variable is unset.
    """
    url = os.environ.get(name, "").strip() or f"sqlite:///{embedded}"
    if not url.startswith(("postgres://", "postgresql://", "sqlite://")):
        raise WrongSetting(f"{name} must begin with postgres:// or sqlite://.")
    try:
        row = _env.db_url_config(url)
    except Exception:
        raise WrongSetting(f"{name} is not a database address.") from None
    if "postgresql" in row["ENGINE"]:
        agencies_file.plan_for_memory(row)
    return row


def agencies(name):
    """Return ({key: Agency}, {host: Agency}, template's DATABASES entry) of the file that the variable names; (None, {}, None)
    where it is unset: one agency, that of the environment."""
    path = os.environ.get(name, "").strip()
    if not path:
        return None, {}, None
    try:
        found = agencies_file.read(Path(path))
    except agencies_file.AgenciesError as error:
        raise WrongSetting(f"{name}: {error}") from None
    return found.agencies, found.hosts, found.template


def all_secure(rows):
    """Return whether the agencies are reached over https; http and https side by side stop the start."""
    secure = {row.values["SITE_URL"].startswith("https://") for row in rows.values()}
    if len(secure) > 1:
        raise WrongSetting("AGENCIES: 各机关的 site_url 须都是 https://（http 只用于本机试用）。")
    return secure != {False}


def redis(name):
    """Return the Redis address, or an empty string when unset."""
    url = os.environ.get(name, "").strip()
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise WrongSetting(f"{name} must begin with redis:// or rediss://.")
    return url


def socket_path(name):
    """Return the absolute path of a unix socket, or an empty string when unset; it need not be there yet."""
    value = os.environ.get(name, "").strip()
    if value and not value.startswith("/"):
        raise WrongSetting(f"{name} must be the absolute path of a unix socket.")
    return value


def _own_file(path):
    """Return the stripped content of a key file that nobody else can read."""
    try:
        mode = path.stat().st_mode
    except OSError:
        raise WrongSetting(f"the key file {path} cannot be read.") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise WrongSetting(f"the key file {path} can be read by others; set its mode to 0600.")
    return path.read_text().strip()


def made_key(folder, name, make=None):
    """Return a random key kept in `folder` (mode 0600), made on first use."""
    path = Path(folder) / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _own_file(path)
        with os.fdopen(handle, "w") as file:
            file.write((make or (lambda: secrets.token_urlsafe(48)))())
    return _own_file(path)


def _given(name):
    value = os.environ.get(name, "").strip()
    file_name = os.environ.get(f"{name}_FILE", "").strip()
    return _own_file(Path(file_name)) if not value and file_name else value


def optional_secret(name):
    """Return a secret from NAME or NAME_FILE, or an empty string; one that is too short stops the start."""
    value = _given(name)
    if value and (len(value) < 32 or len(set(value)) < 8):
        raise WrongSetting(f"{name} is too short or a well-known value; use at least 32 random characters.")
    return value


def secrets_of(name):
    """Return the secrets of NAME or NAME_FILE, separated by commas or lines; a short or repeated one stops the start."""
    found = [part.strip() for part in _given(name).replace("\n", ",").split(",") if part.strip()]
    if any(len(part) < 32 or len(set(part)) < 8 for part in found):
        raise WrongSetting(f"a key of {name} is too short or a well-known value; use at least 32 random characters.")
    if len(set(found)) < len(found):
        raise WrongSetting(f"a key stands twice in {name}.")
    return found


def host_of(url):
    """Return the host of an address as ALLOWED_HOSTS writes it, "" where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return f"[{host}]" if ":" in host else host


def issuer(name):
    """Return the address of an identity provider without a last slash, or an empty string.

    It decides who signs in, so it is asked over TLS, or on this machine (OpenID Connect Core 1.0, 16.17).
    """
    value = os.environ.get(name, "").strip().rstrip("/")
    if not value:
        return ""
    here = host_of(value) in ("127.0.0.1", "localhost", "[::1]")
    if not host_of(value) or not value.startswith(("https://", "http://") if here else ("https://",)):
        raise WrongSetting(f"{name} must begin with https://; http is for 127.0.0.1 and localhost alone.")
    return value


def foreign_secret(name):
    """Return a secret that another system made, from NAME or NAME_FILE, or an empty string; its form is not ours to judge."""
    return _given(name)


def secret(name, folder, relaxed, *, made=False, make=None):
    """Return a secret from NAME or NAME_FILE.

    With `made` (demo, debug, an installation of bin/start) a missing one is made at random in `folder`; otherwise it
    stops the start, and unless `relaxed` (demo, debug) a short or well-known value too (GB/T 22239 8.1.4.1; control C57).
    """
    value = _given(name)
    if not value:
        if made:
            return made_key(folder, name.lower(), make)
        raise WrongSetting(f"{name} is missing; set it, or DEMO=1 for a trial.")
    weak = len(value) < 32 or value.startswith("django-insecure-") or len(set(value)) < 8
    if weak and not relaxed:
        raise WrongSetting(f"{name} is too short or a well-known value; use at least 32 random characters.")
    return value
