"""Every address of the site, an include per app."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import dev_mail, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("quiz.urls")),
    path("", include("insights.urls")),
    path("", include("reminders.urls")),
    path("", include("learners.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("dev/mail/", dev_mail.inbox, name="dev_mail"),
    path("dev/mail/html/", dev_mail.html_of_mail, name="dev_mail_html"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]

if settings.MAIL_WEBHOOK_SECRET:
    urlpatterns.append(path("mail-events/", include("anymail.urls")))
