"""Which Python the Makefile takes."""

import subprocess

import pytest

from tools import ROOT

MODERN = '#!/bin/sh\n[ "$1" = -c ] || echo "$(basename "$0") $*"\n'
TOO_OLD = '#!/bin/sh\n[ "$1" = -c ] && exit 1\necho "$(basename "$0") is too old"\n'
# A version manager's stand-in for a Python that is not there.
SHIM = "#!/bin/sh\necho 'not installed' >&2\nexit 127\n"


@pytest.fixture
def choose(tmp_path):
    def choose(**programs):
        for name, script in programs.items():
            path = tmp_path / name.replace("_", ".")
            path.write_text(script)
            path.chmod(0o755)
        return subprocess.run(
            ["/bin/sh", ROOT / "tools" / "python", "-m", "tools", "help"],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin" if programs else str(tmp_path)},
            capture_output=True,
            text=True,
        )

    return choose


def test_the_newest_python_is_taken(choose):
    assert choose(python3_11=MODERN, python3_14=MODERN, python3=MODERN).stdout == "python3.14 -m tools help\n"


def test_a_python_that_does_not_start_is_passed_over(choose):
    assert choose(python3_14=SHIM, python3_13=SHIM, python3_12=MODERN).stdout == "python3.12 -m tools help\n"


def test_plain_python3_serves_when_it_is_new_enough(choose):
    nothing = {f"python3_{minor}": SHIM for minor in range(11, 15)}
    assert choose(**nothing, python3=MODERN).stdout == "python3 -m tools help\n"


def test_an_old_python3_is_refused_with_what_to_install(choose):
    nothing = {f"python3_{minor}": SHIM for minor in range(11, 15)}
    refused = choose(**nothing, python3=TOO_OLD)

    assert refused.returncode == 1
    assert "Python 3.11 or newer" in refused.stderr
    assert "apt install python3" in refused.stderr
