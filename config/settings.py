"""The one settings file; every value comes from the environment (docs/settings.md)."""

import base64
import os
import secrets
import sys
from pathlib import Path

from csp.constants import NONE, SELF
from kombu import Exchange, Queue

from common.key_ring import parse_keys
from common.queues import QUEUES, SHORT
from config import env, installation
from config.schedule import limits, routes, schedule_of

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
RELAXED = DEBUG or DEMO
TESTING = "pytest" in sys.modules
# Whatever is written is for this account alone: keys, database, attachments, messages.
os.umask(0o077)
# bin/start took VAR_DIR for an installation of one's own: its keys are made, it serves this machine.
OWN = installation.check(VAR_DIR, DEMO, DEBUG) == "own"


def _new_field_key():
    return "1:" + base64.b64encode(secrets.token_bytes(32)).decode()


SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR, RELAXED, made=RELAXED or OWN)
# Many agencies on one installation (common/agencies.py); None: this is one agency's, whose keys are those below.
AGENCIES, AGENCY_HOSTS, AGENCY_TEMPLATE = env.agencies("AGENCIES")
AGENCIES_FILE = env.text("AGENCIES")
if AGENCIES is not None and (DEMO or OWN):
    raise env.WrongSetting(
        "AGENCIES is for an installation in service, not for bin/start. 多机关不能与 bin/start 或 DEMO=1 同用。"
    )
# Of the role that makes databases and roles; given to add_agency and drop_agency alone, never to a service.
AGENCIES_ADMIN_URL = env.foreign_secret("AGENCIES_ADMIN_URL")
if AGENCIES is None:
    AUDIT_KEY = env.secret("AUDIT_KEY", VAR_DIR, RELAXED, made=RELAXED or OWN)
    FIELD_KEYS = env.secret("FIELD_KEYS", VAR_DIR, RELAXED, made=RELAXED or OWN, make=_new_field_key)
    try:
        parse_keys(FIELD_KEYS)
    except ValueError as error:
        raise env.WrongSetting(str(error)) from None
    # Keys that sealed earlier parts of the trail: they verify, and write nothing.
    AUDIT_KEY_FALLBACKS = env.secrets_of("AUDIT_KEY_FALLBACKS")
    # Heads of the trail, one a day. Beside the database by default; elsewhere it also withstands whoever holds this host.
    AUDIT_ANCHOR_FILE = env.text("AUDIT_ANCHOR_FILE", str(VAR_DIR / "audit_anchors"))
    # Names the key of the blind indexes apart from the ring, so that the oldest encryption key may leave it.
    FIELD_INDEX_KEY = env.optional_secret("FIELD_INDEX_KEY")
    if AUDIT_KEY in AUDIT_KEY_FALLBACKS:
        raise env.WrongSetting("AUDIT_KEY stands among AUDIT_KEY_FALLBACKS; these are the keys before it.")
    if not RELAXED and len({SECRET_KEY, AUDIT_KEY, FIELD_KEYS}) < 3:
        raise env.WrongSetting("SECRET_KEY, AUDIT_KEY and FIELD_KEYS must be different.")
    MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR_DIR / "media")))

_HERE = ["127.0.0.1", "localhost", "[::1]"]
if AGENCIES is None:
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", _HERE if RELAXED or OWN else [])
    if not RELAXED and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
        raise env.WrongSetting("ALLOWED_HOSTS must name the hosts of this installation; * is not accepted.")
    _local = RELAXED or (OWN and set(ALLOWED_HOSTS) <= set(_HERE))
    SITE_URL = env.text(
        "SITE_URL",
        f"http://127.0.0.1:{env.integer('PORT', 8000, 1, 65535)}"
        if _local
        else f"https://{(ALLOWED_HOSTS or [''])[0]}",
    )
    SECURE = SITE_URL.startswith("https://")
    # Over plain http passwords and cookies can be read on the way; on one machine there is no way.
    if not (RELAXED or SECURE or (env.host_of(SITE_URL) in _HERE and set(ALLOWED_HOSTS) <= set(_HERE))):
        raise env.WrongSetting("SITE_URL must begin with https://; http is for 127.0.0.1 and localhost alone.")
else:
    ALLOWED_HOSTS, SECURE = list(AGENCY_HOSTS), env.all_secure(AGENCIES)
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
# Who besides this machine is told why /readyz is not green.
MONITOR_ADDRESSES = env.words("MONITOR_ADDRESSES")

INSTALLED_APPS = [
    "branches",
    "members",
    "responsibilities",
    "assessments",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "mptt",
    "guardian",
    "axes",
    "csp",
    "django_htmx",
    "django_cotton",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "branches.frame.middleware.CleanInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "branches.frame.middleware.RequestContext",
    "branches.frame.middleware.SessionLimits",
    "branches.frame.limits.AccountLimits",
    "branches.frame.sent_once.SentOnce",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
if AGENCIES is not None:
    # Before anything else: which agency is asked.
    MIDDLEWARE.insert(0, "config.agency_door.AgencyDoor")
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "KEY_FUNCTION": "common.agencies.cache_key",
        }
    }

WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # `common` is no app, so its tags are named here.
            "libraries": {"tongbu": "common.templatetags.tongbu"},
            "builtins": ["common.templatetags.icons"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "branches.frame.context.page",
                "responsibilities.duties.context.counts",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Both databases are first-class: SQLite for the embedded installation, PostgreSQL in service.
DATABASES = {"default": env.database("DATABASE_URL", VAR_DIR / "tongbu.sqlite3")}
if AGENCIES is not None:
    # What a thread has that works for no agency: it refuses every statement.
    DATABASES = {"default": {"ENGINE": "common.no_agency", "NAME": "none"}}
_database = DATABASES["default"]
IS_POSTGRES = AGENCIES is not None or "postgresql" in _database["ENGINE"]
if IS_POSTGRES:
    _database.setdefault("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
else:
    VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Deferred transactions that read first lose writes with "database is locked".
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # A file, so that threads, a live server and a worker of a test see one database.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

AUTH_USER_MODEL = "branches.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "branches.backends.AppointmentBackend",
]
PASSWORD_HASHERS = [
    "common.hashers.BoundedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "branches.access.passwords.LengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "branches.access.passwords.RepetitionValidator"},
    {"NAME": "branches.access.passwords.ContextWordsValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# guardian: grants on Organisation only, written by branches/access.py from appointments.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
# branches.backends answers has_perm from the same condition as visible_to, so guardian's own backend stays out.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# Guessing is slowed per account and address, never by address alone: one address is the whole agency.
LOGIN_SPRAY_NAMES = env.integer("LOGIN_SPRAY_NAMES", 30, 5, 1000)
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "429.html"
# Login ignores case and width, so the count of failures must too.
AXES_USERNAME_CALLABLE = "branches.access.lockout.login_name"
# Failures of a neighbour behind the same address must not prolong the wait for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_CLIENT_IP_CALLABLE = "branches.frame.middleware.client_address"
AXES_VERBOSE = False
# What was typed is kept beside a failure, but for these: every field of ours that takes a password or a code.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "old_password", "new_password", "again", "code", "state"]

SESSION_ENGINE = "common.sessions"
MESSAGE_STORAGE = "common.messages.Storage"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = env.integer("SESSION_IDLE_MINUTES", 30, 1, 480) * 60
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-tongbu" if SECURE else "tongbu"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_FAILURE_VIEW = "branches.frame.errors.csrf_failure"
RECENT_LOGIN_SECONDS = 600

# Days a password is good; 0: for ever. ASVS advises against a limit, GB/T 22239 asks for one: the agency decides (C09).
PASSWORD_MAX_AGE_DAYS = env.integer("PASSWORD_MAX_AGE_DAYS", 0, 0, 3650)
# Offered: whoever wishes enrols, and gives a code from then on. Demanded: whoever holds a right beyond reading must (C09).
SECOND_FACTOR = env.choice("SECOND_FACTOR", "offered", ("offered", "demanded"))
# Single sign-on by OpenID Connect, where the agency has a provider.
OIDC_ISSUER = env.issuer("OIDC_ISSUER")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.foreign_secret("OIDC_CLIENT_SECRET")
OIDC_LABEL = env.text("OIDC_LABEL", "统一身份认证")
if OIDC_ISSUER and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
    raise env.WrongSetting("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET (or OIDC_CLIENT_SECRET_FILE).")

SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE and not TESTING
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
ATTACHMENTS_PER_RECORD = 20
ATTACHMENT_BYTES_PER_YEAR = 500 * 1024 * 1024
# Scanner of uploads (C41): clamd's unix socket; unset: files are kept as not scanned. Seconds it may take for one file.
CLAMD_SOCKET = env.socket_path("CLAMD_SOCKET")
CLAMD_SECONDS = env.integer("CLAMD_SECONDS", 20, 1, 300)
# Limits of an account a day (C45): numbers shown in full; numbers refused because somebody out of reach bears them.
UNMASKS_PER_DAY = env.integer("UNMASKS_PER_DAY", 20, 1, 1000)
NUMBER_REFUSALS_PER_DAY = env.integer("NUMBER_REFUSALS_PER_DAY", 10, 1, 1000)
# Of an account: files an hour, searches a minute (C64).
UPLOADS_PER_HOUR = env.integer("UPLOADS_PER_HOUR", 200, 1, 10_000)
SEARCHES_PER_MINUTE = env.integer("SEARCHES_PER_MINUTE", 120, 10, 10_000)
# Uploads of ledgers of an account an hour: each is read as a whole.
IMPORTS_PER_HOUR = env.integer("IMPORTS_PER_HOUR", 30, 1, 1000)
# Uploaded ledgers that wait to be applied, in MB.
IMPORT_BYTES_PER_ACCOUNT = env.integer("IMPORT_MB_PER_ACCOUNT", 60, 10, 10_000) * 1024 * 1024
IMPORT_BYTES_IN_ALL = env.integer("IMPORT_MB_IN_ALL", 600, 10, 100_000) * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Only our own files: no page uses what packages bring along, and not all of it can be named by its content.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
# Other sites have no business with our files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = RELAXED
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if RELAXED or TESTING
        else "common.static_files.HashedStaticFiles"
    },
}

# Celery: a message is only the id of a JobRun row; both brokers may lose or repeat it.
REDIS_URL = env.redis("REDIS_URL")
if AGENCIES is not None and not REDIS_URL:
    raise env.WrongSetting("AGENCIES needs REDIS_URL: the workers of many agencies meet there. 多机关须设 REDIS_URL。")
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost/"
if not REDIS_URL:
    _broker = VAR_DIR / "broker"
    for _name in ("queue", "control", "processed"):
        (_broker / _name).mkdir(parents=True, exist_ok=True, mode=0o700)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "processed_folder": str(_broker / "processed"),
        "store_processed": False,
        "polling_interval": 0.5,
    }
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# config/schedule.py says which task goes where, common/queues.py how long it may take; what is not named is short.
# Each with a door of its own: behind one door every message would come to all of them.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = SHORT
CELERY_TASK_ROUTES = routes()
CELERY_TASK_ANNOTATIONS = limits()
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = QUEUES[SHORT].hard, QUEUES[SHORT].soft
# kB after which a process of the worker is replaced: a big import leaves its memory behind.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
# Beyond the longest job, or Redis would hand out a running one again.
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200}
# Seconds without a sign of life after which another process takes a job up.
JOB_LEASE_SECONDS = env.integer("JOB_LEASE_SECONDS", 60, 2, 3600)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = schedule_of(AGENCIES)
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "numbers": {"()": "common.logs.HideNumbers"},
        "one_line": {"()": "common.logs.OneLine"},
        "refusals": {"()": "common.logs.NoTraceOfRefusals"},
        "agency": {"()": "common.logs.NameAgency"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["one_line", "refusals", "numbers", "agency"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # One line an entry, shipped elsewhere with the host's log, closes the unsealed seconds (control C54).
        "tongbu.audit": {"level": "WARNING" if RELAXED else "INFO"},
    },
}
