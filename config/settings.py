"""The one settings file. Every environment variable is read here, once.

READBACK_ENV is ``laptop`` (the default: loopback only, SQLite, mail in a folder) or ``production``, which
refuses to start without a secret key, hosts, a real database and a broker.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

READBACK_ENV = env.str("READBACK_ENV", "laptop")
if READBACK_ENV not in {"laptop", "production"}:
    raise ImproperlyConfigured(f"READBACK_ENV is {READBACK_ENV!r}: it takes laptop or production.")
PRODUCTION = READBACK_ENV == "production"


def required_in_production(name: str, laptop: str) -> str:
    """The variable's value, or the laptop's default; in production it must be set."""
    value = env.str(name, "")
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} must be set when READBACK_ENV is production.")
    return value or laptop


VAR_DIR = Path(env.str("READBACK_VAR", str(BASE_DIR / "var")))


def laptop_secret_key() -> str:
    """The key that the start script made once under the state folder, or a throw-away one for commands and tests."""
    path = VAR_DIR / "secret-key"
    return path.read_text().strip() if path.exists() else "a-laptop-without-a-key-of-its-own-signs-nothing-of-value"


# A learner sees the same pages on a laptop as in production, so DEBUG (which replaces the error pages) is asked for.
DEBUG = env.bool("DEBUG", False) and not PRODUCTION
SECRET_KEY = required_in_production("SECRET_KEY", laptop_secret_key())
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's hosts when READBACK_ENV is production.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "learners",
    "catalog",
    "scheduler",
    "quiz",
    "reminders",
    "insights",
    "config.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "simple_history",
    "import_export",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.logs.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "learners.access.LearnerMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "learners.access.context",
                "config.dev_mail.context",
            ],
        },
    },
]

# SQLite's defaults fail half of all concurrent answers: writers must queue at BEGIN, and a commit must survive a crash.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
POSTGRESQL_OPTIONS = {"options": "-c lock_timeout=10s -c statement_timeout=20s"}

DATABASES = {
    "default": env.db_url_config(required_in_production("DATABASE_URL", f"sqlite:///{VAR_DIR / 'readback.sqlite3'}"))
}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if PRODUCTION and SQLITE:
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database when READBACK_ENV is production.")
DATABASES["default"].setdefault("OPTIONS", {}).update(SQLITE_OPTIONS if SQLITE else POSTGRESQL_OPTIONS)
DATABASES["default"].update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True, ATOMIC_REQUESTS=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits of sign-in live here: Redis being down never stops a sign-in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

AUTH_USER_MODEL = "learners.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "quiz:study"
LOGOUT_REDIRECT_URL = "quiz:home"

ACCOUNT_ADAPTER = "learners.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "learners.account_forms.AddEmailForm",
    "change_password": "learners.account_forms.ChangePasswordForm",
    "confirm_email_verification_code": "learners.account_forms.ConfirmEmailCodeForm",
    "confirm_login_code": "learners.account_forms.ConfirmLoginCodeForm",
    "confirm_password_reset_code": "learners.account_forms.ConfirmResetCodeForm",
    "login": "learners.account_forms.LoginForm",
    "reauthenticate": "learners.account_forms.ReauthenticateForm",
    "request_login_code": "learners.account_forms.RequestLoginCodeForm",
    "reset_password": "learners.account_forms.ResetPasswordForm",
    "reset_password_from_key": "learners.account_forms.ResetPasswordKeyForm",
    "set_password": "learners.account_forms.SetPasswordForm",
    "signup": "learners.account_forms.SignupForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 5
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# Beside allauth's own limits: how many guests one address may make.
ACCOUNT_RATE_LIMITS = {"new_guest": "30/h/ip"}
# Eight digits: a code may be asked for three times a minute and tried three times each.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 1 if PRODUCTION else 0)
MFA_ADAPTER = "learners.accounts.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "learners.account_forms.ActivateTOTPForm",
    "add_webauthn": "learners.account_forms.AddPasskeyForm",
    "authenticate": "learners.account_forms.AuthenticateForm",
    "edit_webauthn": "learners.account_forms.EditPasskeyForm",
    "reauthenticate": "learners.account_forms.MFAReauthenticateForm",
    "signup_webauthn": "learners.account_forms.SignupPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = "Readback"
MFA_TOTP_TOLERANCE = 1

# Whether what somebody wrote takes somebody else to publish it.
REVIEWER_IS_NOT_AUTHOR = env.bool("READBACK_REVIEWER_IS_NOT_AUTHOR", PRODUCTION)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMS_URLFIELD_ASSUME_HTTPS = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

# A file that curators hand in is kept in memory; what is larger than such files may be is read past, and fills no disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# Mail that goes nowhere is kept where its reader can find it.
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
MAIL_PROVIDER = env.str("MAIL_PROVIDER", "")
if MAIL_PROVIDER:
    # One of django-anymail's, with its settings by the names that anymail gives them.
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    ANYMAIL = {"REQUESTS_TIMEOUT": 5, **env.dict("MAIL_PROVIDER_SETTINGS", default={})}
else:
    vars().update(env.email_url_config(required_in_production("EMAIL_URL", f"filemail:///{EMAIL_FILE_PATH}")))
    ANYMAIL = {}
# The user:password by which the provider proves itself when it tells of bounces and complaints.
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", "")
if MAIL_WEBHOOK_SECRET:
    ANYMAIL["WEBHOOK_SECRET"] = MAIL_WEBHOOK_SECRET
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = required_in_production("DEFAULT_FROM_EMAIL", "Readback <readback@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Reminders have a sender of their own: whoever filters them, or calls them unwanted, still gets her sign-in codes.
REMINDER_FROM_EMAIL = required_in_production("REMINDER_FROM_EMAIL", "Readback reminders <reminders@localhost>")
# Where the links of a mail lead: a worker has no request to read it from.
SITE_URL = required_in_production("SITE_URL", "http://localhost:8000").rstrip("/")

CELERY_BROKER_URL = required_in_production("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
# Without a broker, workers and beat wait for it for as long as it takes; a full one refuses by an error of the channel.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
# A broker that hangs, or vanished without a word, is noticed by the health check: a worker waits on it without one.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
DJANGO_STRUCTLOG_CELERY_ENABLED = True
LOGGING = logging_settings(json=PRODUCTION, level=env.str("LOG_LEVEL", "INFO"))
