"""The curators' pages for questions in and out: choose a file, look at what it would change, confirm.

Between the last two the file waits in the database's cache, which all web processes share. What confirms it is signed,
and bound to the person, to the file and to the questions as the dry run found them.
"""

from pathlib import PurePath
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm, ImportForm
from import_export.results import RowResult
from import_export.tmp_storages import CacheStorage

from catalog.admin_base import person_of
from catalog.entries import MAX_BYTES
from catalog.exchange import FORMATS, ChangedMeanwhile, QuestionFormat, QuestionResource, QuestionResult
from catalog.files import ContentError, Fault
from catalog.models import Question
from catalog.revisions import Change

EXTENSIONS = [extension for layout in FORMATS for extension in layout.EXTENSIONS]
WAITS_S = 60 * 60
FAULTS_SHOWN = 200
TOO_LARGE = _("The file is larger than 2 MB. Hand it in in parts.")
GONE = _("This file is not waiting any more: it was imported, or an hour went by. Choose it again.")
CHANGED_MEANWHILE = _("Nothing was imported: questions of this file were changed since the dry run. Choose it again.")
CONSEQUENCES: dict[str, Any] = {
    Change.FIRST: _("Learners meet it for the first time."),
    Change.TYPO: _("Typo: schedules stay."),
    Change.CLEARER: _("Clearer: schedules stay."),
    Change.MEANING: _("Different meaning: who learned it meets it again within three days."),
}


class UploadStorage(CacheStorage):
    CACHE_LIFETIME = WAITS_S
    CACHE_PREFIX = "handed-in-"


class ChooseFileForm(ImportForm):
    """One file, whose name says what it is."""

    def __init__(self, *args: Any, too_large: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["format"]
        field = self.fields["import_file"]
        field.label = _("File")
        field.help_text = _("CSV or YAML, in UTF-8, as an export writes it; 2 MB and 1,000 questions at most.")
        field.widget.attrs = {"accept": ",".join(f".{extension}" for extension in EXTENSIONS)}
        if too_large:
            field.error_messages["required"] = TOO_LARGE
        self.faults: list[Fault] = []

    @property
    def media(self) -> forms.Media:
        """Nothing: the library's scripts guess the format, which the name of the file says."""
        return forms.Media()

    def clean_import_file(self) -> Any:
        chosen = self.cleaned_data["import_file"]
        extension = PurePath(chosen.name or "").suffix.lower().removeprefix(".")
        if extension not in EXTENSIONS:
            text = _("Only .csv, .yaml and .yml files are read. Save a sheet as CSV in UTF-8.")
            raise ValidationError(text)
        if (chosen.size or 0) > MAX_BYTES:
            raise ValidationError(TOO_LARGE)
        number = next(place for place, layout in enumerate(FORMATS) if extension in layout.EXTENSIONS)
        self.cleaned_data["format"] = str(number)
        return chosen


class ConfirmForm(forms.Form):
    """Carries what was looked at. `cleaned_data` is as the library's views expect it, with the state besides."""

    ticket = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user_id = user_id

    @staticmethod
    def sign(**told: str | int) -> str:
        return signing.dumps(told, salt="catalog.import")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            told: dict[str, Any] = signing.loads(cleaned.get("ticket", ""), salt="catalog.import", max_age=WAITS_S)
        except signing.BadSignature:
            raise ValidationError(GONE) from None
        if told["user"] != self.user_id or UploadStorage(name=told["import_file_name"]).read() is None:
            raise ValidationError(GONE)
        return cleaned | told


class FormatForm(ExportForm):
    """As what to export."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = self.fields["format"].choices[1:]


class QuestionExchange(ImportExportMixin):
    """Import and export for the questions' ModelAdmin."""

    resource_classes: ClassVar = [QuestionResource]
    formats: ClassVar = FORMATS
    import_form_class = ChooseFileForm
    confirm_form_class = ConfirmForm
    export_form_class = FormatForm
    tmp_storage_class = UploadStorage

    def has_import_permission(self, request: HttpRequest) -> bool:
        """A file may hold new questions and changed ones."""
        return bool(super().has_import_permission(request)) and self.has_add_permission(request)

    # In

    def get_import_form_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        sent = int(request.META.get("CONTENT_LENGTH") or 0)
        too_large = sent > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        return {**super().get_import_form_kwargs(request), "too_large": too_large}

    def add_data_read_fail_error_to_form(self, form: ChooseFileForm, e: Exception) -> None:
        if not isinstance(e, ContentError):
            raise e
        form.faults = e.faults
        form.add_error("import_file", _("This file cannot be read."))

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The choice of a file, and with one its dry run."""
        response: TemplateResponse = super().import_action(request, **kwargs)
        context = response.context_data
        assert context is not None
        form, result = context["form"], context.get("result")
        context["title"] = _("Import questions")
        context["faults"] = [("", fault) for fault in form.faults]
        chosen = form.files.get("import_file")
        if waiting := getattr(chosen, "tmp_storage_name", ""):
            context |= self._found(request, form, result)
            if "ticket" not in context:
                UploadStorage(name=waiting).remove()
        if form.errors or context["faults"]:
            response.status_code = 400
        context["faults_beyond"] = max(0, len(context["faults"]) - FAULTS_SHOWN)
        context["faults"] = context["faults"][:FAULTS_SHOWN]
        return response

    def _found(self, request: HttpRequest, form: ChooseFileForm, result: QuestionResult | None) -> dict[str, Any]:
        """What the page shows of a dry run; `result` is None when the file could not be read."""
        chosen, number = form.files["import_file"], form.cleaned_data["format"]
        found: dict[str, Any] = {"chosen": chosen.name, "unit": FORMATS[int(number)].UNIT}
        if result is None:
            return found
        faults = [(taking.entry.slug, fault) for taking in result.takings.values() for fault in taking.faults]
        if faults:
            return found | {"faults": faults}
        changing = [taking for taking in result.takings.values() if not taking.changes_nothing]
        found |= {
            "changing": [(taking, CONSEQUENCES.get(taking.change, "")) for taking in changing],
            "totals": result.totals,
        }
        if changing:
            found["ticket"] = ConfirmForm.sign(
                user=person_of(request).pk,
                import_file_name=chosen.tmp_storage_name,
                original_file_name=chosen.name,
                format=number,
                state=result.state,
            )
        return found

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The import that was confirmed."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_confirm_form(request)
        if not form.is_valid():
            return self._again(request, GONE)
        try:
            done: HttpResponse = super().process_import(request, **kwargs)
        except ChangedMeanwhile:
            return self._again(request, CHANGED_MEANWHILE)
        return done

    def get_confirm_form_kwargs(self, request: HttpRequest, import_form: Any = None) -> dict[str, Any]:
        return {"data": None if import_form else request.POST, "user_id": person_of(request).pk}

    def get_import_data_kwargs(self, request: HttpRequest, form: Any, **kwargs: Any) -> dict[str, Any]:
        return {"at": timezone.now(), "state": form.cleaned_data.get("state", "")}

    def process_result(self, result: QuestionResult, request: HttpRequest) -> HttpResponse:
        if result.has_validation_errors():
            return self._again(request, CHANGED_MEANWHILE)
        done: HttpResponse = super().process_result(result, request)
        return done

    def generate_log_entries(self, result: QuestionResult, request: HttpRequest) -> None:
        for kind, flag in ((RowResult.IMPORT_TYPE_NEW, ADDITION), (RowResult.IMPORT_TYPE_UPDATE, CHANGE)):
            questions = [row.instance for row in result.rows if row.import_type == kind]
            LogEntry.objects.log_actions(person_of(request).pk, questions, flag, gettext("Imported from a file."))

    def add_success_message(self, result: QuestionResult, request: HttpRequest) -> None:
        text = _("Imported: %(new)d new, %(update)d changed, %(skip)d as they were.") % result.totals
        messages.success(request, text)

    def _again(self, request: HttpRequest, text: Any) -> HttpResponse:
        messages.error(request, text)
        return redirect("admin:catalog_question_import")

    # Out

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if self.has_export_permission(request):
            actions["export_csv"] = (_export_csv, "export_csv", _("Export as CSV"))
            actions["export_yaml"] = (_export_yaml, "export_yaml", _("Export as YAML"))
        return actions

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: QuestionFormat) -> str:
        return f"questions-{timezone.now():%Y-%m-%d}.{file_format.get_extension()}"

    def init_request_context_data(self, request: HttpRequest, form: FormatForm) -> dict[str, Any]:
        context: dict[str, Any] = super().init_request_context_data(request, form)
        return context | {"title": _("Export questions"), "count": self.get_export_queryset(request).count()}


def _export_csv(admin: QuestionExchange, request: HttpRequest, queryset: QuerySet[Question]) -> HttpResponse:
    exported: HttpResponse = admin._do_file_export(FORMATS[0](), request, queryset)
    return exported


def _export_yaml(admin: QuestionExchange, request: HttpRequest, queryset: QuerySet[Question]) -> HttpResponse:
    exported: HttpResponse = admin._do_file_export(FORMATS[1](), request, queryset)
    return exported
