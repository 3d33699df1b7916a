"""The real settings, with a fast hasher and mail kept in memory."""

import os

from config.logs import logging_settings
from config.settings import *  # noqa: F403
from config.settings import DATABASES, SQLITE, VAR_DIR

LOGGING = logging_settings(json=False, level="ERROR")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

if SQLITE:
    # A file of this run's own, as in real use: tests with several connections need one.
    (VAR_DIR / "test").mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test" / f"{os.getpid()}.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
