"""What docker-compose.yml, the Dockerfile and .env.example promise, read from the files: no Docker is needed."""

import ast
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tools import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = {"migrate", "web", "worker", "beat"}
THEIRS = {"db", "redis", "mailpit"}
ONE_SHOT = {"migrate"}
SCALABLE = ("web", "worker")
PIN = re.compile(r"[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)*")


def variables_of_the_settings() -> set[str]:
    """The names that config/settings.py asks the environment for: `env.kind("NAME")`, or a function that does."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    askers = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and asks_for_argument(node)}
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)
        if is_env(call.func) or (isinstance(call.func, ast.Name) and call.func.id in askers)
        if isinstance(call.args[0].value, str)
    }


def asks_for_argument(function: ast.FunctionDef) -> bool:
    """Whether a function asks the environment for a name that it was given."""
    given = {argument.arg for argument in function.args.args}
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and is_env(node.func) and node.args]
    return any(isinstance(call.args[0], ast.Name) and call.args[0].id in given for call in calls)


def is_env(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "env"


def variables_of_the_compose_file() -> set[str]:
    """The names that are substituted; a doubled dollar is left for the container's shell."""
    return set(re.findall(r"(?<!\$)\$\{?([A-Za-z_]\w*)", COMPOSE))


def variables_of_the_example() -> set[str]:
    """The names in .env.example, also those that stand there as a comment."""
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_the_file_follows_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*command, ROOT / "docker-compose.yml"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dockerfile_has_no_lint() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    linted = subprocess.run([hadolint, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_there_are_these_services_and_no_others() -> None:
    assert set(SERVICES) == OURS | THEIRS


@pytest.mark.parametrize("name", SCALABLE)
def test_a_service_that_can_be_scaled_has_no_name_and_no_single_port_of_the_host(name: str) -> None:
    assert "container_name" not in SERVICES[name]
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\$\{WEB_PORTS:-\d+-\d+\}:8000", port)


def test_there_is_one_beat_and_it_cannot_be_scaled() -> None:
    assert [name for name, service in SERVICES.items() if "beat" in service.get("command", [])] == ["beat"]
    assert SERVICES["beat"]["container_name"]
    assert "--beat" not in COMPOSE


def test_database_and_catalog_are_prepared_once_before_anything_else_starts() -> None:
    migrate = SERVICES["migrate"]
    assert migrate["restart"] == "no"
    assert re.findall(r"manage\.py (\w+)", migrate["command"][-1]) == ["migrate", "createcachetable", "load_catalog"]
    assert " && " in migrate["command"][-1]
    assert ";" not in migrate["command"][-1]
    assert migrate["depends_on"]["db"]["condition"] == "service_healthy"
    for name in OURS - ONE_SHOT:
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert SERVICES[name]["depends_on"]["redis"]["condition"] == "service_healthy"


@pytest.mark.parametrize("name", sorted((OURS | THEIRS) - ONE_SHOT))
def test_a_service_that_stays_says_whether_it_is_well_and_starts_again(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(THEIRS))
def test_an_image_of_others_is_pinned(name: str) -> None:
    assert PIN.fullmatch(SERVICES[name]["image"])


def test_services_of_ours_share_one_image_that_is_built_here() -> None:
    assert {SERVICES[name]["image"] for name in OURS} == {"readback:local"}
    assert {SERVICES[name]["build"] for name in OURS} == {"."}


def test_nothing_listens_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert all("network_mode" not in service for service in SERVICES.values())


def test_redis_refuses_rather_than_forgets_and_writes_down_what_it_holds() -> None:
    command = SERVICES["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--appendonly"] == "yes"
    assert [volume.partition(":")[2] for volume in SERVICES["redis"]["volumes"]] == ["/data"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_addresses_lead_to_services_of_this_file(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert environment["READBACK_ENV"] == "production"
    assert environment["DATABASE_URL"].endswith("@db:5432/readback")
    assert urlsplit(environment["REDIS_URL"]).hostname == "redis"
    assert environment["EMAIL_URL"] == "${EMAIL_URL:-smtp://mailpit:1025}"
    assert SERVICES[name]["env_file"] == ".env"


def test_the_database_is_made_with_the_name_role_and_password_that_the_app_uses() -> None:
    made = SERVICES["db"]["environment"]
    address = SERVICES["web"]["environment"]["DATABASE_URL"]
    assert address == f"postgres://{made['POSTGRES_USER']}:{made['POSTGRES_PASSWORD']}@db:5432/{made['POSTGRES_DB']}"


def test_the_example_names_every_variable_that_is_read_and_no_other() -> None:
    read = variables_of_the_settings()
    substituted = variables_of_the_compose_file()
    assert {"SECRET_KEY", "READBACK_ENV", "LOG_LEVEL"} <= read
    assert {"POSTGRES_PASSWORD", "EMAIL_URL"} <= substituted
    assert variables_of_the_example() == read | substituted


def test_the_example_holds_no_secret() -> None:
    example = (ROOT / ".env.example").read_text().splitlines()
    assert {"SECRET_KEY=", "POSTGRES_PASSWORD="} <= set(example)


def test_the_image_is_pinned_and_holds_what_the_lock_says() -> None:
    (image,) = re.findall(r"^FROM (\S+)$", DOCKERFILE, re.MULTILINE)
    assert PIN.fullmatch(image)
    assert "pip install --require-hashes --no-deps -r requirements/prod.txt" in DOCKERFILE


def test_the_image_runs_as_a_user_without_rights() -> None:
    (user,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert int(user) > 0
    assert f"useradd --uid {user} " in DOCKERFILE
    assert DOCKERFILE.index("\nUSER ") > DOCKERFILE.rindex("\nRUN ")


@pytest.mark.parametrize("name", [".git", ".env", ".venv", "var", "tests"])
def test_the_image_takes_nothing_of_the_persons_who_builds_it(name: str) -> None:
    assert name in (ROOT / ".dockerignore").read_text().splitlines()
