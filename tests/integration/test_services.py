"""The services of docker-compose.yml as real processes on a real PostgreSQL and Redis: two webs, two workers, a beat.

No Docker engine takes part. What an engine would do is done here by hand: the files that .dockerignore lets into the
image are copied to a folder, the Dockerfile's variables and .env.example's make the environment, and addresses of
containers become ports of this machine. The commands and the health checks are the file's own.
"""

import http.client
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from tools import ROOT, postgres, valkey
from tools.family import Family
from tools.ports import free_port

pytestmark = pytest.mark.integration

PYTHON = Path(sys.executable)
PATH = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
START_SECONDS = 60
ANSWER_SECONDS = 10
WEBS = ("web-1", "web-2")
WORKERS = ("worker-1", "worker-2")
HOST = "readback.example.org"
BEHIND_A_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
FILLED_IN = {"SECRET_KEY": "f9d2ab0c7e41" * 5, "POSTGRES_PASSWORD": "secret"}


@dataclass(frozen=True)
class Site:
    """The image's files, and where its services are on this machine."""

    family: Family
    app: Path
    database: str
    redis: int
    webs: dict[str, int]

    def environment(self, service: str, name: str) -> dict[str, str]:
        """What a container has: the Dockerfile's variables, the .env file's and the service's, and its host name."""
        own = {key: substituted(value) for key, value in SERVICES[service]["environment"].items()}
        here = {"DATABASE_URL": self.database, "REDIS_URL": f"redis://127.0.0.1:{self.redis}/0"}
        assert own.keys() >= here.keys()
        return {"PATH": PATH, "HOSTNAME": name, **variables_of_the_image(), **dot_env(), **own, **here}

    def here(self, text: str, name: str) -> str:
        """A word of a command, with what a container has for itself replaced by what this process has."""
        text = text.replace("/tmp/beat-schedule", str(self.app.parent / "beat-schedule"))
        text = text.replace("0.0.0.0", "127.0.0.1")
        return text.replace("8000", str(self.webs[name])) if name in self.webs else text

    def start(self, service: str, name: str, *more: str) -> None:
        """Start a process of a service."""
        command = [self.here(word, name) for word in SERVICES[service]["command"]]
        self.family.start(name, [*command, *more], env=self.environment(service, name), cwd=self.app)

    def run(self, service: str, name: str, command: list[str]) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end in the environment of a service."""
        env = self.environment(service, name)
        return subprocess.run(command, env=env, cwd=self.app, capture_output=True, text=True, timeout=START_SECONDS)

    def is_well(self, service: str, name: str) -> bool:
        """Whether the service's own health check is content with a process."""
        kind, *words = SERVICES[service]["healthcheck"]["test"]
        words = [self.here(word.replace("$$", "$"), name) for word in words]
        return self.run(service, name, ["sh", "-c", *words] if kind == "CMD-SHELL" else words).returncode == 0

    def get(self, web: str, path: str, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask one web process."""
        connection = http.client.HTTPConnection("127.0.0.1", self.webs[web], timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def is_ready(self, web: str) -> bool:
        """Whether all that a web process needs is well: its database, the broker, and a tick that came."""
        response, body = self.get(web, "/readyz", BEHIND_A_PROXY)
        return response.status == http.client.OK and json.loads(body)["status"] == "ok"


def substituted(value: str) -> str:
    """A value of the compose file with its variables filled in from .env: `${NAME:-else}` and `${NAME:?why}`."""

    def fill(match: re.Match[str]) -> str:
        name, kind, other = match.groups()
        given = dot_env().get(name, "")
        assert given or kind == ":-", f"{name}: {other}"
        return given or other

    return re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", fill, value)


def dot_env() -> dict[str, str]:
    """.env.example, with the secrets that a person fills in."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert all(given[name] == "" for name in FILLED_IN)
    return {**given, **FILLED_IN}


def variables_of_the_image() -> dict[str, str]:
    """What the Dockerfile's ENV lines set."""
    lines = re.findall(r"^ENV (.+)$", DOCKERFILE, re.MULTILINE)
    return dict(word.split("=", 1) for line in lines for word in line.split())


def copy_like_the_image(app: Path) -> None:
    """Copy the checkout less what .dockerignore names."""
    ignored = set((ROOT / ".dockerignore").read_text().split())

    def left_out(folder: str, names: list[str]) -> list[str]:
        within = Path(folder).relative_to(ROOT)
        return [name for name in names if {str(within / name), f"**/{name}"} & ignored]

    shutil.copytree(ROOT, app, ignore=left_out)


def build(app: Path) -> None:
    """Carry out the Dockerfile's own `collectstatic`, with the variables that stand before it."""
    (line,) = re.findall(r"&& +(READBACK_ENV=.*? python manage\.py collectstatic .*?) +&&", DOCKERFILE)
    words = shlex.split(line)
    program = words.index("python")
    env = {"PATH": PATH, **variables_of_the_image(), **dict(word.split("=", 1) for word in words[:program])}
    (app / "var").mkdir()
    subprocess.run(words[program:], cwd=app, env=env, check=True, timeout=START_SECONDS)


def files_beside_the_state(app: Path) -> set[Path]:
    """All files of the image but those in the one folder that its user may write to."""
    return {path for path in app.rglob("*") if path.relative_to(app).parts[0] != "var"}


def start_redis(family: Family, folder: Path) -> int:
    """Start the installed Redis or Valkey with the options of the compose file; return its port."""
    folder.mkdir()
    port = free_port()
    command = [valkey.server(PYTHON), *SERVICES["redis"]["command"][1:]]
    family.start("redis", [*command, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)])
    family.until(lambda: valkey.ask(port, "PING") == "PONG", seconds=START_SECONDS, what="Redis")
    return port


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """All services, started in their order; leaving it stops every process and removes every file."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="readback-services-") as name,
    ):
        folder = Path(name).resolve()
        folder.chmod(0o711)  # PostgreSQL may run as another user, with its data in here
        patch.setattr("tools.family.ENDING_SIGNALS", ())  # pytest's own stay as they are
        copy_like_the_image(folder / "app")
        build(folder / "app")
        with Family(folder / "log") as family:
            yield up(family, folder)


def up(family: Family, folder: Path) -> Site:
    """What `docker compose up --scale web=2 --scale worker=2` does."""
    redis = start_redis(family, folder / "redis")
    database = postgres.start(family, folder, PYTHON)
    site = Site(family, folder / "app", database, redis, {name: free_port() for name in WEBS})
    migrated = site.run("migrate", "migrate", SERVICES["migrate"]["command"])
    assert migrated.returncode == 0, migrated.stderr
    for name in WEBS:
        site.start("web", name)
    for name in WORKERS:
        site.start("worker", name, "--hostname", f"celery@{name}")  # a container has a host name of its own
    site.start("beat", "beat")
    for name in WEBS:
        family.until(lambda name=name: site.is_well("web", name), seconds=START_SECONDS, what=name)  # type: ignore[misc]
    return site


def test_catalog_is_loaded_into_the_database(site: Site) -> None:
    with psycopg.connect(site.database) as connection:
        (questions,) = connection.execute("SELECT count(*) FROM catalog_question").fetchone() or (0,)
    assert questions > 0


@pytest.mark.parametrize("name", WEBS)
def test_each_web_says_that_it_is_well_also_to_one_who_asks_without_https(site: Site, name: str) -> None:
    for headers in (BEHIND_A_PROXY, {"Host": HOST}):
        response, body = site.get(name, "/healthz", headers)
        assert response.status == http.client.OK
        assert json.loads(body) == {"status": "ok"}


@pytest.mark.parametrize("name", WEBS)
def test_each_web_sees_the_tick_that_beat_sent_and_a_worker_carried_out(site: Site, name: str) -> None:
    site.family.until(lambda: site.is_ready(name), seconds=START_SECONDS, what=f"/readyz of {name}")


@pytest.mark.parametrize("name", WORKERS)
def test_health_check_of_each_worker_is_content(site: Site, name: str) -> None:
    site.family.until(lambda: site.is_well("worker", name), seconds=START_SECONDS, what=name)


def test_health_check_of_a_worker_that_is_not_there_is_not_content(site: Site) -> None:
    assert not site.is_well("worker", "worker-9")


def test_health_check_of_beat_is_content(site: Site) -> None:
    site.family.until(lambda: site.is_well("beat", "beat"), seconds=START_SECONDS, what="beat")


@pytest.mark.parametrize("name", WEBS)
def test_each_web_serves_a_page_whose_static_files_are_those_of_the_manifest(site: Site, name: str) -> None:
    manifest = json.loads((site.app / "var" / "static" / "staticfiles.json").read_text())["paths"].values()
    response, page = site.get(name, "/", BEHIND_A_PROXY)
    assert response.status == http.client.OK
    links = set(re.findall(r"/static/([^\"#?]+)", page.decode()))
    assert any(link.endswith(".css") for link in links)
    assert links <= set(manifest)
    for link in links:
        response, _ = site.get(name, f"/static/{link}", {**BEHIND_A_PROXY, "Accept-Encoding": "br"})
        assert response.status == http.client.OK
        assert "immutable" in response.headers["Cache-Control"]


def test_a_page_asked_for_without_https_is_sent_there(site: Site) -> None:
    response, _ = site.get(WEBS[0], "/", {"Host": HOST})
    assert response.status == http.client.MOVED_PERMANENTLY
    assert response.headers["Location"] == f"https://{HOST}/"


def test_a_host_that_the_site_does_not_have_is_refused(site: Site) -> None:
    response, _ = site.get(WEBS[0], "/", {**BEHIND_A_PROXY, "Host": "elsewhere.example.com"})
    assert response.status == http.client.BAD_REQUEST


def test_settings_have_no_warning_for_a_server(site: Site) -> None:
    checked = site.run("web", "web", ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"])
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_redis_runs_as_the_file_says(site: Site) -> None:
    for option, value in (("maxmemory-policy", "noeviction"), ("appendonly", "yes"), ("maxmemory", str(256 * 2**20))):
        assert valkey.ask(site.redis, f"CONFIG GET {option}").split()[-1] == value


def test_services_write_nothing_beside_their_state(site: Site, tmp_path: Path) -> None:
    copy_like_the_image(tmp_path / "app")
    fresh = {path.relative_to(tmp_path / "app") for path in files_beside_the_state(tmp_path / "app")}
    assert {path.relative_to(site.app) for path in files_beside_the_state(site.app)} == fresh
