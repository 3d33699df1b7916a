"""What the curators' screens have in common."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from catalog.models import Question


class ReadOnlyAdmin(admin.ModelAdmin):
    """Something to look at, made by the program."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KnownFilter(admin.SimpleListFilter):
    """A filter that whatever else stands in the address leaves as it is: only what it offers is chosen."""

    def value(self) -> str | None:
        value = super().value()
        return value if value in {str(choice) for choice, _ in self.lookup_choices} else None


class DefaultFilter(KnownFilter):
    """A filter whose first choice holds until another is made; Django's own *All* would be one too many."""

    def choices(self, changelist: Any) -> Any:
        _all, *others = super().choices(changelist)
        others[0]["selected"] |= self.value() is None
        yield from others


class QuestionPages(admin.ModelAdmin):
    """Pages about one question, beside its form."""

    def question_or_404(self, request: HttpRequest, pk: str, *, change: bool) -> Question:
        """The question with its reading. Raises PermissionDenied for someone who may not see, or change, it."""
        question: Question | None = self.get_object(request, pk)
        allowed = self.has_change_permission if change else self.has_view_permission
        if not allowed(request, question):
            raise PermissionDenied
        if question is None:
            raise Http404
        return question

    def page(
        self, request: HttpRequest, template: str, question: Question | None, status: int = 200, **context: Any
    ) -> HttpResponse:
        """A page inside the frame of the admin."""
        return TemplateResponse(
            request,
            f"admin/catalog/question/{template}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "question": question,
                "subtitle": question,
                "may_change": self.has_change_permission(request, question),
                **context,
            },
            status=status,
        )


def person_of(request: HttpRequest) -> Any:
    """The member of staff who is signed in; the admin lets nobody else this far."""
    return request.user
