"""The real settings, with a fast hasher and mail kept in memory."""

from config.settings import *  # noqa: F403
from config.logs import logging_settings
from config.settings import DATABASES, SQLITE, VAR_DIR

LOGGING = logging_settings(json=False, level="ERROR")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

if SQLITE:
    # A file, as in real use: tests with several connections need one, and a crash loses nothing here.
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
