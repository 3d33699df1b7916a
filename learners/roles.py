"""Who of the staff may do what in the admin: one list for all rooms.

A role is a group of the same name. Its migration makes it, and after each migrate it holds what this list says, no
more and no less: a model that comes later needs a line here, and nothing else. What no line grants, no role has.
"""

from typing import Any, NamedTuple

from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from learners.models import User

CURATOR = "curator"
ADMINISTRATOR = "administrator"
ROLES = (CURATOR, ADMINISTRATOR)
MADE_BY = ("learners", "0004_roles")

NOTHING: frozenset[str] = frozenset()
LOOK = frozenset({"view"})
DECIDE = LOOK | {"change"}
REMOVE = LOOK | {"delete"}
ALL = LOOK | {"add", "change", "delete"}


class Grant(NamedTuple):
    """What each role may do with one model."""

    curator: frozenset[str]
    administrator: frozenset[str]


# A curator keeps the catalog, and has nothing to do with people. An administrator has all that the admin offers: what
# the program writes by itself is for nobody to change, and neither are these roles.
GRANTS: dict[str, Grant] = {
    "catalog.topic": Grant(ALL, ALL),
    "catalog.resource": Grant(ALL, ALL),
    "catalog.question": Grant(ALL, ALL),
    "catalog.choice": Grant(ALL, ALL),
    "catalog.questionrevision": Grant(LOOK, LOOK),
    "catalog.statuschange": Grant(LOOK, LOOK),
    "catalog.historicaltopic": Grant(LOOK, LOOK),
    "catalog.historicalresource": Grant(LOOK, LOOK),
    "catalog.conflict": Grant(LOOK, LOOK),  # who may change questions decides
    "quiz.reportedquestion": Grant(DECIDE, DECIDE),
    "insights.itemstatistic": Grant(DECIDE, DECIDE),  # to ask for new ones
    "insights.case": Grant(DECIDE, DECIDE),
    "learners.user": Grant(NOTHING, ALL),
    "learners.learner": Grant(NOTHING, REMOVE),
    "auth.group": Grant(NOTHING, LOOK),
    "account.emailaddress": Grant(NOTHING, LOOK),
    "mfa.authenticator": Grant(NOTHING, REMOVE),
    "scheduler.card": Grant(NOTHING, LOOK),
    "scheduler.review": Grant(NOTHING, LOOK),
    "scheduler.daytotal": Grant(NOTHING, LOOK),
    "reminders.remindersetting": Grant(NOTHING, LOOK),
    "reminders.reminder": Grant(NOTHING, LOOK),
    "reminders.mailoutage": Grant(NOTHING, LOOK),
}


def give(user: User, role: str) -> None:
    """Makes the account one of the staff, in this role. Raises Group.DoesNotExist for a name that is none."""
    user.groups.add(Group.objects.get(name=role))
    user.is_staff = True
    user.save(update_fields=["is_staff"])


def hand_out(app_config: AppConfig, using: str, apps: Apps = installed, **rest: Any) -> None:
    """After a migrate, and after a flush, gives each role what the list says of one room.

    Django tells this room by room, and makes a room's permissions on the same occasion, perhaps later than this is
    called: so they are made here first. Nothing happens while the roles' own migration is not applied.
    """
    if MADE_BY not in MigrationRecorder(connections[using]).applied_migrations():
        return
    create_permissions(app_config, using=using, apps=apps, **{**rest, "verbosity": 0})
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    of_room = permissions.filter(content_type__app_label=app_config.label)
    for role in ROLES:
        group, _ = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=role)
        granted = codenames(app_config.label, role)
        group.permissions.remove(*of_room.exclude(codename__in=granted))
        group.permissions.add(*of_room.filter(codename__in=granted))


def codenames(room: str, role: str) -> set[str]:
    """The permissions of one room that the role has, such as view_topic."""
    return {
        f"{action}_{model}"
        for name, grant in GRANTS.items()
        for label, _, model in [name.partition(".")]
        if label == room
        for action in getattr(grant, role)
    }
