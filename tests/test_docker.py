"""The files for Docker, read as Docker would read them; there is no engine here to build them."""

import os
import re
import shlex
import shutil
import subprocess
import tomllib

import pytest
import yaml  # type: ignore[import-untyped]
from freqtrade.commands.arguments import Arguments
from freqtrade.config_schema import CONF_SCHEMA
from freqtrade.configuration.environment_vars import _flat_vars_to_nested_dict
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from freqtrade_riskguard.adapters.selftest.gate import NEWEST_TESTED
from freqtrade_riskguard.commands.arguments.parser import build_parser

INSTRUCTIONS = {"FROM", "USER", "COPY", "RUN", "ENTRYPOINT", "CMD", "ENV", "WORKDIR", "ARG"}
ENVIRONMENT = {
    "RISKGUARD_WATCH_USERNAME": "freqtrader",
    "RISKGUARD_WATCH_PASSWORD": "12345678",
    "FREQTRADE_JWT_SECRET": "a secret text of thirty-two characters",
    "RISKGUARD_STUDY_PASSWORD": "any words @ all",
}


@pytest.fixture(scope="module")
def dockerfile(project):
    """Its instructions, each with its arguments on one line."""
    text = (project / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in joined]


@pytest.fixture(scope="module")
def services(project):
    text = (project / "docker-compose.yml").read_text(encoding="utf-8")
    compose = yaml.safe_load(text)
    assert set(compose) == {"services"}
    return compose["services"]


def filled(value):
    """Put in the environment, as Compose does: what is missing stops it."""
    assert isinstance(value, str), f"{value} must be quoted"
    return re.sub(r"\$\{(\w+):\?[^}]+\}", lambda found: ENVIRONMENT[found[1]], value)


def has_compose():
    """Say whether Docker's own reader of these files is here; it needs no engine."""
    docker = shutil.which("docker")
    asked = docker and subprocess.run([docker, "compose", "version"], capture_output=True)  # noqa: PLW1510
    return bool(asked) and asked.returncode == 0


@pytest.mark.skipif(not has_compose(), reason="docker compose is not installed")
@pytest.mark.parametrize("name", ["docker-compose.yml", "docker-compose.calibrate.yml"])
def test_docker_itself_can_read_it(project, name):
    command = ["docker", "compose", "-f", name, "config", "--quiet"]
    environment = {**os.environ, **ENVIRONMENT}
    read = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert (read.returncode, read.stderr) == (0, "")


class TestTheImage:
    def test_it_has_known_instructions_only(self, dockerfile):
        assert dockerfile[0][0] == "FROM"
        assert {name for name, _ in dockerfile} <= INSTRUCTIONS

    def test_it_builds_on_a_freqtrade_that_is_supported(self, dockerfile, project):
        name, version = dockerfile[0][1].split(":")
        assert name == "freqtradeorg/freqtrade"
        pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
        bound = re.search(r'"freqtrade>=(\d+)\.(\d+)"', pyproject)
        low = tuple(map(int, bound.groups()))
        assert low <= tuple(map(int, version.split("."))) <= NEWEST_TESTED

    def test_it_stays_with_freqtrades_user(self, dockerfile):
        assert [value for name, value in dockerfile if name == "USER"] == ["ftuser"]
        copies = [value for name, value in dockerfile if name == "COPY"]
        assert all(value.startswith("--chown=ftuser:ftuser ") for value in copies)

    def test_what_it_copies_is_there_and_reaches_the_builder(self, dockerfile, project):
        ignore = (project / ".dockerignore").read_text(encoding="utf-8").splitlines()
        sent = {line[1:] for line in ignore if line.startswith("!")}
        assert "*" in ignore
        for name, value in dockerfile:
            if name == "COPY":
                _, *sources, target = shlex.split(value)
                assert target.startswith("/tmp/riskguard/")  # noqa: S108 - in the image
                for source in sources:
                    assert (project / source).exists()
                    assert source in sent

    def test_it_copies_all_that_the_package_is_built_from(self, dockerfile, project):
        copied = " ".join(value for name, value in dockerfile if name == "COPY")
        pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
        for key in ("readme", "license-files", "packages"):
            (named,) = re.findall(rf'^{key} = \[?"([^"]+)"', pyproject, re.MULTILINE)
            assert named in copied


class TestTheServices:
    def test_there_are_a_bot_and_its_guardian_from_one_image(self, services):
        assert set(services) == {"freqtrade", "riskguard"}
        assert len({service["image"] for service in services.values()}) == 1
        assert services["freqtrade"]["build"] == {"context": "."}

    @pytest.mark.parametrize("name", ["freqtrade", "riskguard"])
    def test_each_comes_back_by_itself_and_is_asked_how_it_is(self, services, name):
        service = services[name]
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert {"interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])

    def test_freqtrade_takes_the_bots_command(self, services):
        parsed = Arguments(services["freqtrade"]["command"].split()).get_parsed_arg()
        assert parsed["strategy"] == "RiskGuardSample"
        assert parsed["db_url"].startswith("sqlite:////freqtrade/user_data/")

    def test_freqtrade_takes_the_bots_environment(self, services):
        given = {key: filled(v) for key, v in services["freqtrade"]["environment"].items()}
        config = _flat_vars_to_nested_dict(given, "FREQTRADE__")
        api = config["api_server"]
        assert api["enabled"] is True
        assert api["password"] == "12345678"  # noqa: S105 - not a number
        Draft202012Validator(CONF_SCHEMA).validate({"api_server": api})

    def test_riskguard_takes_the_guardians_command(self, services):
        service = services["riskguard"]
        assert service["entrypoint"] == ["riskguard"]
        options = build_parser().parse_args(service["command"].split())
        # The other service by its name, at the port that it listens on.
        port = services["freqtrade"]["environment"]["FREQTRADE__API_SERVER__LISTEN_PORT"]
        assert options.url == [f"http://freqtrade:{port}"]
        assert options.state in service["healthcheck"]["test"][1]
        (volume,) = service["volumes"]
        assert options.state.startswith(volume.split(":")[1])

    def test_the_guardian_has_the_bots_credentials_and_no_file_has_them(self, services):
        bot, guardian = (services[name]["environment"] for name in ("freqtrade", "riskguard"))
        for what in ("USERNAME", "PASSWORD"):
            assert guardian[f"RISKGUARD_WATCH_{what}"] == bot[f"FREQTRADE__API_SERVER__{what}"]
            assert guardian[f"RISKGUARD_WATCH_{what}"].startswith("${")

    def test_the_api_is_for_this_machine_only(self, services):
        assert services["freqtrade"]["ports"] == ["127.0.0.1:8080:8080"]
        assert "ports" not in services["riskguard"]

    def test_the_guardian_starts_also_where_the_bot_does_not(self, services):
        assert services["riskguard"]["depends_on"] == ["freqtrade"]


class TestTheWorkers:
    @pytest.fixture(scope="class")
    def compose(self, project):
        text = (project / "docker-compose.calibrate.yml").read_text(encoding="utf-8")
        return yaml.safe_load(text)

    def test_one_begins_and_the_others_join_the_same_study(self, compose):
        begins, joins = (compose["services"][name] for name in ("calibrate", "worker"))
        one, other = (
            build_parser().parse_args(service["command"].split()) for service in (begins, joins)
        )
        assert one.study == other.join == "postgresql://riskguard@database/riskguard"
        assert (one.join, other.study, one.max_drawdown) == (None, None, "0.20")
        assert one.config == other.config
        assert begins["image"] == joins["image"]
        assert begins["volumes"] == joins["volumes"]
        assert begins["entrypoint"] == joins["entrypoint"] == ["riskguard"]

    def test_the_image_has_what_a_study_on_a_server_needs(self, compose, project, dockerfile):
        extras = compose["services"]["calibrate"]["build"]["args"]["EXTRAS"]
        known = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
        needed = extras.strip("[]").split(",")
        optional = known["project"]["optional-dependencies"]
        assert "optuna" in str([optional[name] for name in needed])
        assert "psycopg2" in str([optional[name] for name in needed])
        assert ("ARG", 'EXTRAS=""') in dockerfile
        assert any("riskguard${EXTRAS}" in value for name, value in dockerfile if name == "RUN")

    def test_they_wait_for_the_database_and_have_its_password_from_env_alone(self, compose):
        services = compose["services"]
        assert set(compose["volumes"]) == {"calibrations"}
        assert services["database"]["volumes"][0].startswith("calibrations:")
        password = services["database"]["environment"]["POSTGRES_PASSWORD"]
        assert filled(password) == ENVIRONMENT["RISKGUARD_STUDY_PASSWORD"]
        for name in ("calibrate", "worker"):
            assert services[name]["depends_on"] == {"database": {"condition": "service_healthy"}}
            assert services[name]["environment"] == {"PGPASSWORD": password}
        assert "ports" not in services["database"]

    def test_a_worker_that_was_killed_or_came_too_early_comes_again(self, compose):
        assert compose["services"]["worker"]["restart"] == "on-failure:60"
        assert "restart" not in compose["services"]["calibrate"]
