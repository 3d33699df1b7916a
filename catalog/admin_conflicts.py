"""What was changed in the files and here, differently: each is ended with one press."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.admin_base import ReadOnlyAdmin, person_of
from catalog.deciding import keep_database, take_file
from catalog.models import Conflict, Question, Resource, Topic

MODELS: dict[str, Any] = {"topic": Topic, "reading": Resource, "order": Resource, "question": Question}


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    """The list shows them in full, field by field, so that nothing has to be opened before it is decided."""

    change_list_template = "admin/catalog/conflict/change_list.html"
    change_form_template = "admin/catalog/conflict/change_form.html"
    list_display = ("slug", "kind", "found_at")
    list_display_links = None
    list_filter = ("kind",)
    list_per_page = 20
    ordering = ("kind", "slug")
    fields = ("kind", "slug", "found_at")
    empty_state = _("There are no conflicts: the files and the database agree.")

    def get_urls(self) -> list[URLPattern]:
        sides = [("file", self.take_file_view), ("database", self.keep_database_view)]
        return [
            *(
                path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"catalog_conflict_{name}")
                for name, view in sides
            ),
            *super().get_urls(),
        ]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.change_question")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"title": _("Conflicts"), "may_decide": self._may_decide(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "may_decide": self._may_decide(request)}
        return super().change_view(request, object_id, form_url, context)

    def _may_decide(self, request: HttpRequest) -> bool:
        return self.has_decide_permission(request)

    def take_file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = _("%(conflict)s: what the file says is taken.")

        def take(conflict: Conflict) -> None:
            take_file(conflict, by=person_of(request), at=timezone.now())

        return self._decide(request, pk, take, text)

    def keep_database_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._decide(request, pk, keep_database, _("%(conflict)s: what stands here is kept."))

    def _decide(self, request: HttpRequest, pk: int, verb: Callable[[Conflict], None], text: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_decide_permission(request):
            raise PermissionDenied
        conflict = Conflict.objects.filter(pk=pk).first()
        if conflict is None:
            self.message_user(request, _("That conflict was decided already."), messages.INFO)
        else:
            self._decided(request, conflict, verb, text % {"conflict": conflict})
        return redirect("admin:catalog_conflict_changelist")

    def _decided(self, request: HttpRequest, conflict: Conflict, verb: Callable[[Conflict], None], text: str) -> None:
        """Ends the conflict, and keeps who did it with what it was about; or says why it cannot be ended this way."""
        try:
            verb(conflict)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.WARNING)
            return
        if thing := MODELS[conflict.kind].objects.filter(slug=conflict.slug).first():
            self.log_change(request, thing, text)
        self.message_user(request, text, messages.SUCCESS)
