"""Cards, reviews and totals, to look at: they change by answering alone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from scheduler.models import Card, DayTotal, Review


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Card)
class CardAdmin(ReadOnlyAdmin):
    list_display = ["question", "learner_id", "due_on", "interval_days", "repetitions", "lapses", "suspended_at"]
    list_filter = ["due_on"]
    list_select_related = ["question"]
    search_fields = ["question__slug"]
    show_full_result_count = False


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["card_id", "sequence", "kind", "quality", "right", "study_day", "reviewed_at", "undone_at"]
    list_filter = ["kind", "quality"]
    search_fields = ["card__question__slug"]
    show_full_result_count = False


@admin.register(DayTotal)
class DayTotalAdmin(ReadOnlyAdmin):
    list_display = ["learner_id", "study_day", "answers", "recalled", "introduced"]
    show_full_result_count = False
