"""Cards, reviews and totals, to look at: they change by answering alone."""

from django.contrib import admin

from catalog.admin import ReadOnlyAdmin
from scheduler.models import Card, DayTotal, Review


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
