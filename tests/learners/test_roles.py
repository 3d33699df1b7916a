"""Who of the staff may do what: every address of the admin, for everybody, as the one list says."""

import re
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from learners.models import Learner, User
from learners.roles import ADMINISTRATOR, CURATOR, GRANTS, MADE_BY, ROLES, hand_out
from tests.factories import AT, TODAY, make_card, make_learner, make_report, make_staff, make_user

pytestmark = pytest.mark.django_db

SECRET_ADDRESS = "somebody-secret@example.org"
SECRET_NUMBER = 987654321
ACTIONS = {"changelist": "view", "history": "view", "change": "view", "add": "add", "delete": "delete"}
WRITES = {"change": "change", "add": "add", "delete": "delete"}
# What a row needs to be shown that no field's type tells.
NEEDED: dict[str, dict[str, Any]] = {
    "reminders.reminder": {"reason": "due", "email": SECRET_ADDRESS},
    "insights.itemstatistic": {"is_current": True},
    "insights.case": {"trigger": "reports", "evidence": {"reports": 3, "learners": 40}},
}


# Rows -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def somebody() -> Learner:
    """A learner whose number and address are easily found in a page that should not have them."""
    user = make_user(SECRET_ADDRESS)
    card = make_card(learner := make_learner(user, pk=SECRET_NUMBER))
    make_report(learner, card.question, wants_answer=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET_ADDRESS})
    return learner


def row_of(model: Any, somebody: Learner) -> Any:
    """A row of any model, made if there is none, which belongs to `somebody` if it belongs to a person."""
    made = {
        User: lambda: somebody.user,
        Learner: lambda: somebody,
        apps.get_model("catalog.Question"): lambda: somebody.cards.get().question,
    }
    if model in made:
        return made[model]()
    if model._meta.proxy:
        return row_of(model._meta.concrete_model, somebody)
    values = {**dict(values_for(model, somebody)), **NEEDED.get(model._meta.label_lower, {})}
    return model._default_manager.first() or model._default_manager.create(**values)


def values_for(model: Any, somebody: Learner) -> Iterator[tuple[str, Any]]:
    by_type: list[tuple[Any, Any]] = [
        (models.DateTimeField, AT),
        (models.DateField, TODAY),
        (models.BooleanField, False),
        (models.IntegerField, 1),
        (models.FloatField, 0.5),
        (models.JSONField, {}),
        (models.CharField, "x"),
        (models.TextField, "x"),
    ]
    for field in model._meta.concrete_fields:
        if field.null or field.primary_key or field.has_default() or (field.blank and field.empty_strings_allowed):
            continue
        if field.related_model is User and Page("", "", model).grant(CURATOR):
            yield field.name, make_user()  # one of the staff, who is named where curators work
        elif field.is_relation:
            yield field.name, row_of(field.related_model, somebody)
        else:
            choices = [value for value, _ in field.flatchoices]
            yield field.name, choices[0] if choices else next(v for t, v in by_type if isinstance(field, t))


# The walk -------------------------------------------------------------------------------------------------------------


class Page(NamedTuple):
    """One address of the admin. `name` is what it is called among those of its model, or of the site itself."""

    name: str
    address: str
    model: Any = None

    def grant(self, role: str | None) -> frozenset[str]:
        """What the list says; nothing for somebody of the staff who has no role."""
        assert self.model
        grant = GRANTS.get(self.model._meta.label_lower)
        return frozenset(getattr(grant, role)) if grant and role else frozenset()


def pages(somebody: Learner) -> list[Page]:
    """Every address that the admin has, those that nobody has thought of yet too, with rows for their arguments."""
    of_models = [
        Page(
            (pattern.name or "shortcut").removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_"),
            reverse("admin:index") + f"{model._meta.app_label}/{model._meta.model_name}/{filled(route, row)}",
            model,
        )
        for model, model_admin in admin.site._registry.items()
        for row in [row_of(model, somebody)]
        for route, pattern in patterns(model_admin.get_urls())
    ]
    labels = {page.model._meta.app_label for page in of_models if page.model}
    of_apps = [Page("app_list", reverse("admin:app_list", args=[label])) for label in sorted(labels)]
    of_site = [
        Page(pattern.name or "anything else", reverse("admin:index") + filled(route, somebody))
        for route, pattern in patterns(admin.site.get_urls())
        if route.split("/")[0] not in labels and pattern.name != "app_list"
    ]
    popups = [page._replace(address=f"{page.address}?_popup=1") for page in of_models if page.name == "changelist"]
    return [*of_site, *of_apps, *of_models, *popups]


def patterns(found: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in found:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, prefix + str(each.pattern))
        else:
            yield prefix + str(each.pattern), each


def filled(route: str, row: Any) -> str:
    """The route with the row's key in the place of each argument, whatever that is called."""
    if route.startswith("(?P<url>"):
        return "nothing-of-this-name/"
    route = route.replace("<path:content_type_id>", str(ContentType.objects.get_for_model(row).pk))
    if route.startswith("^"):
        return re.sub(r"\([^()]*\)", str(row.pk), route.strip("^$"))
    return re.sub(r"<(\w+:)?\w+>", str(row.pk), route)


OF_SITE = {
    "index": {200},
    "login": {302},
    "logout": {405},
    "password_change": {200},
    "password_change_done": {200},
    "jsi18n": {200},
    "autocomplete": {403},
    "view_on_site": {404},
    "anything else": {404},
}


def expected(page: Page, role: str | None, *, second_step: bool) -> set[int]:
    """What somebody of the staff gets who is let in: as the list says, but for the pages of the site itself."""
    if page.name == "app_list":
        label = page.address.split("/")[-2]
        of_app = [model for model in admin.site._registry if model._meta.app_label == label]
        return {200} if any(Page("", "", model).grant(role) for model in of_app) else {404}
    if page.name == "second_step":
        return {302 if second_step else 200}
    if page.model is None:
        return OF_SITE[page.name]
    grant = page.grant(role)
    if page.name == "shortcut":
        return {302}
    if page.name in ACTIONS:
        # A page may lead to another that does it better, or back to one that says why not.
        allowed = {200, 302} if page.name in {"change", "delete"} else {200}
        return allowed if ACTIONS[page.name] in grant else {403}
    return {200, 302, 400, 404, 405} if grant else {403, 404, 405}


@pytest.fixture(params=["on a laptop", "in production"])
def in_production(request, settings):
    settings.PRODUCTION = request.param == "in production"
    return settings.PRODUCTION


@pytest.fixture(params=[False, True], ids=["without a second step", "with a second step"])
def second_step(request) -> bool:
    return bool(request.param)


def staff_of(role: str | None) -> User:
    return make_staff(role) if role else make_user(is_staff=True)


def browser_of(user: User | None, *, second_step: bool = True) -> Client:
    assert user
    client = Client()
    if second_step:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    client.force_login(user)
    return client


def is_shut_out(response, page):
    """Whether she is sent to sign in; signing out without being let in leads to the index, and from there likewise."""
    address = response.headers.get("Location", "")
    return "/login/?next=" in address or (page.name == "logout" and address == reverse("admin:index"))


def test_every_model_of_the_admin_is_in_the_list():
    unlisted = {model._meta.label_lower for model in admin.site._registry} - GRANTS.keys()

    assert not unlisted, "say in learners/roles.py who may do what with them"


def test_admin_is_closed_to_visitors(client, in_production, somebody):
    for page in pages(somebody):
        for response in (client.get(page.address), client.post(page.address, {"post": "yes"})):
            assert response.status_code == 302, page
            assert is_shut_out(response, page), page


def test_admin_is_closed_to_learners(in_production, second_step, somebody):
    client = browser_of(make_learner().user, second_step=second_step)

    for page in pages(somebody):
        for response in (client.get(page.address), client.post(page.address, {"post": "yes"})):
            assert response.status_code == 403 or is_shut_out(response, page), page
    assert client.get("/admin/login/").status_code == 403


@pytest.mark.parametrize("role", [*ROLES, None])
def test_staff_see_what_the_list_says_and_nothing_without_a_second_step_in_production(
    in_production, second_step, role, somebody
):
    client = browser_of(staff_of(role), second_step=second_step)
    if in_production and not second_step:
        for page in pages(somebody):
            for response in (client.get(page.address), client.post(page.address, {"post": "yes"})):
                if page.name == "second_step":
                    assert response.status_code == 200
                else:
                    assert response.status_code == 302, page
                    assert response.headers["Location"] in {"/admin/second-step/", "/admin/"}, page
        return
    for page in pages(somebody):
        response = client.get(page.address)
        allowed = expected(page, role, second_step=second_step)
        if response.status_code == 302 and 302 not in allowed:
            # A page that only leads on may leave the question to the page that it leads to.
            response = client.get(page.address, follow=True)
        assert response.status_code in allowed, (page, response.status_code)
        if role != ADMINISTRATOR:
            assert_nobody_is_named(response, page)
        if response.status_code == 200 and "</header>" in response.text and "/admin/logout/" in response.text:
            assert ("Add a second step" in response.text) is not second_step, page


@pytest.mark.parametrize("role", [*ROLES, None])
def test_staff_change_nothing_that_the_list_does_not_say(role, somebody):
    client = browser_of(staff_of(role))
    found = pages(somebody)

    for page in found:
        if page.model and page.name != "shortcut" and WRITES.get(page.name, "view") not in page.grant(role):
            response = client.post(page.address, {"post": "yes", "action": "delete_selected"})
            leads_on = response.headers.get("Location") == client.get(page.address).headers.get("Location", "")
            assert leads_on or response.status_code in {403, 404, 405}, page


def test_page_that_asks_before_deleting_names_nobody_to_a_curator(somebody):
    client = browser_of(make_staff(CURATOR))
    asked = 0

    for page in pages(somebody):
        if page.name == "changelist" and "delete" in page.grant(CURATOR) and "?" not in page.address:
            chosen = {"action": "delete_selected", "_selected_action": [row_of(page.model, somebody).pk]}
            response = client.post(page.address, chosen)
            assert response.status_code in {200, 302}, page
            assert_nobody_is_named(response, page)
            asked += 1
    assert asked


def assert_nobody_is_named(response: Any, page: Page) -> None:
    if response.streaming or not response.headers.get("Content-Type", "").startswith(("text/", "application/json")):
        return
    text = response.content.decode(errors="replace").replace(page.address, "")
    assert SECRET_ADDRESS not in text, page
    assert str(SECRET_NUMBER) not in text, page


# Ways around ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_completing_a_name_in_a_field_is_for_those_who_may_see_the_list(role, somebody):
    client = browser_of(make_staff(role))
    refused = 0

    for model in admin.site._registry:
        for field in model._meta.get_fields():
            of_people = field.is_relation and field.concrete and field.related_model in admin.site._registry
            if of_people and not Page("", "", field.related_model).grant(role):
                names: dict[str, Any] = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                response = client.get(reverse("admin:autocomplete"), {**names, "field_name": field.name, "term": "s"})
                assert response.status_code == 403, field
                refused += 1
    assert refused or role == ADMINISTRATOR


def paths_to_people(model: Any, deep: int = 3) -> Iterator[str]:
    """Every way from a model to a person, as a filter names it."""
    for field in model._meta.get_fields(include_hidden=False):
        if not field.is_relation or field.related_model is None or isinstance(field.related_model, str):
            continue
        name = field.name if field.concrete else getattr(field, "related_query_name", field.name)
        name = name() if callable(name) else name
        if field.related_model in {User, Learner}:
            yield name
        if deep > 1:
            yield from (f"{name}__{rest}" for rest in paths_to_people(field.related_model, deep - 1))


def test_no_list_that_a_curator_sees_can_be_searched_for_a_learner(somebody):
    client = browser_of(make_staff(CURATOR))
    tried = 0

    for model in admin.site._registry:
        if not Page("", "", model).grant(CURATOR):
            continue
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for path in paths_to_people(model):
            # Who of the staff wrote or decided something is no secret.
            of_staff = "__" not in path and model._meta.get_field(path).related_model is User
            wanted = {"__email__startswith": "s", "__learner__id": "1", "__user__email__startswith": "s"}
            for end, value in wanted.items() if of_staff else {**wanted, "": "1", "__id__exact": "1"}.items():
                assert client.get(address, {f"{path}{end}": value}).status_code in {302, 400}, f"{model}: {path}{end}"
                tried += 1
    assert tried > 20


# Superusers, and the list kept in force -------------------------------------------------------------------------------


def test_administrator_neither_becomes_a_superuser_nor_touches_one():
    chief = make_user(is_staff=True, is_superuser=True)
    step = Authenticator.objects.create(user=chief, type=Authenticator.Type.TOTP, data={})
    learner = make_learner(chief)
    administrator = make_staff(ADMINISTRATOR)
    client = browser_of(administrator)
    own = reverse("admin:learners_user_change", args=[administrator.pk])

    form = {
        "email": administrator.email,
        "is_active": "on",
        "is_staff": "on",
        "groups": [administrator.groups.get().pk],
    }
    saved = client.post(
        own, {**form, "is_superuser": "on", "user_permissions": Permission.objects.values_list("pk", flat=True)[:1]}
    )

    assert saved.status_code == 302
    administrator.refresh_from_db()
    assert (administrator.is_staff, administrator.is_superuser) == (True, False)
    assert not administrator.user_permissions.exists()
    for name, row in (("learners_user", chief), ("learners_learner", learner), ("mfa_authenticator", step)):
        assert client.post(reverse(f"admin:{name}_change", args=[row.pk]), form).status_code == 403
        assert client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        assert client.post(reverse(f"admin:{name}_changelist"), chosen).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[chief.pk]), {}).status_code == 403
    assert User.objects.contains(chief)


def test_secret_of_a_second_step_is_shown_to_nobody(somebody):
    client = browser_of(make_user(is_staff=True, is_superuser=True))
    row = Authenticator.objects.get(user=somebody.user)

    page = client.get(reverse("admin:mfa_authenticator_change", args=[row.pk]))

    assert page.status_code == 200
    assert "secret&quot;" not in page.text
    assert "&#x27;secret&#x27;" not in page.text


def test_role_is_changed_in_the_list_alone():
    client = browser_of(make_user(is_staff=True, is_superuser=True))
    role = Group.objects.get(name=CURATOR)

    assert client.post(reverse("admin:auth_group_change", args=[role.pk]), {"name": "x"}).status_code == 403
    assert client.post(reverse("admin:auth_group_delete", args=[role.pk]), {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:auth_group_add"), {"name": "friends"}).status_code == 302


@pytest.mark.parametrize("role", ROLES)
def test_role_holds_what_the_list_says_after_each_migrate(role):
    group = Group.objects.get(name=role)
    group.permissions.set(Permission.objects.filter(codename="view_session"))

    call_command("migrate", verbosity=0)

    held = {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")}
    here = {model._meta.label_lower for model in apps.get_models()}
    assert held == {
        f"{name.split('.')[0]}.{action}_{name.split('.')[1]}"
        for name, grant in GRANTS.items()
        if name in here
        for action in getattr(grant, role)
    }


def test_curator_has_nothing_to_do_with_people():
    rooms = {"auth", "sessions", "account", "mfa", "learners", "scheduler", "reminders"}

    assert not Group.objects.get(name=CURATOR).permissions.filter(content_type__app_label__in=rooms).exists()


def test_migration_of_the_roles_can_be_taken_back():
    migration = import_module("learners.migrations." + MADE_BY[1])
    editor = SimpleNamespace(connection=connection)

    migration.remove(apps, editor)
    MigrationRecorder.Migration.objects.filter(app=MADE_BY[0], name=MADE_BY[1]).delete()
    hand_out(apps.get_app_config("catalog"), using="default")
    assert not Group.objects.exists()

    migration.make(apps, editor)
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
