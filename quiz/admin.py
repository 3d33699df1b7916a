"""What learners reported, for curators to read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from quiz.models import QuestionReport


@admin.register(QuestionReport)
class QuestionReportAdmin(admin.ModelAdmin):
    list_display = ["question", "reason", "comment", "reported_at"]
    list_filter = ["reason"]
    list_select_related = ["question"]
    search_fields = ["question__slug", "comment"]
    date_hierarchy = "reported_at"
    readonly_fields = ["question", "revision", "reason", "comment", "shown", "reported_at"]
    exclude = ["learner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not by learner: who reported is not for curators to know."""
        return not lookup.startswith("learner") and bool(super().lookup_allowed(lookup, value, request))
