import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
import requests
from freqtrade.enums import State

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.watch.guardian import Guardian
from freqtrade_riskguard.watch.notifications import Notifier
from freqtrade_riskguard.watch.settings_loader import NOTIFY, PASSWORD, USERNAME
from freqtrade_riskguard.watch.state_file import StateFile, StateFileError
from freqtrade_riskguard.watch.watched_status import watched_status
from tests.support import bot_api
from tests.support.bot_api import BotApi, ScriptedTrade
from tests.support.pages import commands
from tests.support.receiver import Receiver
from tests.watch.parts import ENVIRONMENT, NOON, settings_file, status


@pytest.fixture
def api(tmp_path, monkeypatch):
    """A bot, and a terminal in an empty folder with its password."""
    monkeypatch.chdir(tmp_path)
    for name, content in ENVIRONMENT.items():
        monkeypatch.setenv(name, content)
    with BotApi() as served:
        yield served


@pytest.fixture
def receiver():
    """A service that alarms are sent to."""
    opened = Receiver()
    yield opened
    opened.close()


def watch(capsys, *arguments):
    code = main(["watch", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_once_shows_all_bots_and_ends_well(api, capsys):
    api.bot.trades = [ScriptedTrade(1, "BTC/USDT:USDT", amount=0.1, rate=100_000.0)]
    code, out, err = watch(capsys, "--url", api.url, "--once")
    assert code == 0
    row = next(line for line in out.splitlines() if "127.0.0.1" in line)
    for shown in ("dry-run", "running", "10000 USDT", " 0.0 %", "100 %", "1", "watched"):
        assert shown in row
    assert "watched every 10 s, limits: daily_loss_limit 0.05, max_drawdown 0.18" in err


def test_a_fleet_has_a_row_of_its_own(api, capsys, tmp_path):
    with BotApi() as other:
        bots = [{"url": api.url, "name": "a"}, {"url": other.url, "name": "b"}]
        path = settings_file(tmp_path, {"bots": bots})
        code, out, _ = watch(capsys, "--config", path, "--once")
    assert code == 0
    assert any("fleet" in line and "20000 USDT" in line for line in out.splitlines())


def test_once_acts_on_a_breach_and_ends_with_1(api, capsys, tmp_path):
    api.bot.trades = [ScriptedTrade(1, "BTC/USDT:USDT", amount=0.1, rate=100_000.0)]
    raw = {"bots": [{"url": api.url}], "limits": {"min_equity_quote": 20_000}}
    code, out, err = watch(capsys, "--config", settings_file(tmp_path, raw), "--once")
    assert code == 1
    assert api.bot.orders == ["pause", "exit all market"]
    assert "ERROR 127.0.0.1" in err
    assert "closing 1 trade: equity 10000 USDT (minimum 20000 USDT), live" in err
    assert "closing" in out


def test_once_takes_a_bot_that_is_gone_for_an_alarm(api, capsys):
    api.kill()
    code, out, err = watch(capsys, "--url", api.url, "--once")
    assert code == 1
    assert "no usable answer in 1 poll: cannot be reached (Connection refused)" in err
    assert "silent" in out


def test_exit_on_alarm_ends_after_the_trades_are_closed(api, capsys, tmp_path):
    api.bot.trades = [ScriptedTrade(1, "BTC/USDT:USDT", amount=0.1, rate=100_000.0)]
    raw = {"bots": [{"url": api.url}], "limits": {"gross_exposure": 0.5}, "every_seconds": 0.1}
    path = settings_file(tmp_path, raw)
    code, _, err = watch(capsys, "--config", path, "--exit-on-alarm")
    assert code == 1
    assert "Entries stopped and 1 trade closed: positions are 100 % of equity" in err
    # Begun again, that is no news: another bot may need it.
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    code, _, err = watch(capsys, "--config", path, "--exit-on-alarm")
    assert code == 1
    assert "ERROR" not in err


def test_ctrl_c_with_a_bot_in_trouble_ends_with_1(api, capsys, monkeypatch):
    def deliver(_):
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Notifier, "flush", deliver)
    api.kill()
    assert watch(capsys, "--url", api.url, "--missed", "1")[0] == 1


def test_a_fault_of_its_own_does_not_end_it(api, capsys, monkeypatch):
    polls = []

    def poll(_):
        polls.append(1)
        if len(polls) > 2:
            os.kill(os.getpid(), signal.SIGTERM)
        raise RuntimeError("a bug")

    monkeypatch.setattr(Guardian, "poll", poll)
    code, _, err = watch(capsys, "--url", api.url, "--every", "0.01")
    assert len(polls) == 3
    # Told once.
    assert err.count("fleet: the guardian failed in a poll") == 1
    assert code == 1


def test_once_is_no_success_where_a_limit_could_not_be_held(api, capsys, monkeypatch):
    def fails(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("freqtrade_riskguard.watch.guardian.enforce_limits", fails)
    code, out, _ = watch(capsys, "--url", api.url, "--once")
    assert code == 1
    assert "fault" in out
    assert watch(capsys, "--url", api.url, "--exit-on-alarm")[0] == 1


@pytest.mark.parametrize("what", ["fleet", "state file", "poll"])
def test_a_fault_of_all_together_is_no_success_either(api, capsys, monkeypatch, tmp_path, what):
    def fails(*given, **_):
        if what != "state file":
            raise ZeroDivisionError
        # At the beginning there is nothing to write.
        if given[1].bots:
            raise StateFileError("cannot be written")

    place = {
        "fleet": "guardian.judge_fleet",
        "state file": "state_file.StateFile.save",
        "poll": "guardian.Guardian._look",
    }
    monkeypatch.setattr(f"freqtrade_riskguard.watch.{place[what]}", fails)
    with BotApi() as other:
        bots = [{"url": api.url, "name": "a"}, {"url": other.url, "name": "b"}]
        path = settings_file(tmp_path, {"bots": bots, "every_seconds": 0.1})
        code, out, _ = watch(capsys, "--config", path, "--once")
        assert watch(capsys, "--config", path, "--exit-on-alarm")[0] == 1
    assert code == 1
    if what == "fleet":
        assert "watched" in out


def test_a_wrong_password_is_one_line_and_no_loop(api, capsys, monkeypatch):
    monkeypatch.setenv(PASSWORD, "guess")
    code, out, err = watch(capsys, "--url", api.url)
    assert code == 2
    assert out == ""
    *_, line = err.splitlines()
    assert line.startswith("riskguard watch: 127.0.0.1:")
    assert "refuses the user name or the password (HTTP 401). Give the username" in line
    assert "guess" not in err
    assert api.asked == ["show_config"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "no bot to watch: give --url or --config"),
        (("--config", "none.json"), "none.json cannot be read"),
        (("--url", "http://me:hunter2@bot"), "must not hold user name or password"),
        (("--url", "http://bot", "--every", "0"), "watch.every_seconds must be > 0"),
        (("--url", "http://bot", "--missed", "0"), "watch.missed_polls must be >= 1"),
        (("--url", "http://bot", "--state", "no/where.json"), "no/where.json cannot be written"),
        (("--url", "http://bot", "--state", "."), "cannot be read"),
        (("--url", "http://bot", "--webhook", "hunter2"), "watch.webhook: must begin with"),
        (("--reset", "trend"), "no saved state for 'trend'; nothing is saved"),
    ],
)
@pytest.mark.usefixtures("api")
def test_a_mistake_is_one_line_and_ends_with_2(capsys, arguments, words):
    code, out, err = watch(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("riskguard watch: ")
    assert words in err
    assert err.count("\n") == 1
    assert "hunter2" not in err


def test_a_mistake_in_the_file_names_the_file(api, capsys, tmp_path):
    path = settings_file(tmp_path, {"bots": [{"url": api.url}], "limits": {"max_drawdown": 18}})
    _, _, err = watch(capsys, "--config", path)
    assert "watch.json: watch.limits.max_drawdown must be < 1 (a fraction: " in err


@pytest.mark.parametrize("content", [None, "{", "[]", '{"bots": [], "a": 1}'])
def test_a_file_is_named_once(capsys, tmp_path, content):
    path = tmp_path / "watch.json"
    if content is not None:
        path.write_text(content)
    code, _, err = watch(capsys, "--config", path)
    assert code == 2
    assert err.count("watch.json") == 1


def test_missing_credentials_are_named(api, capsys, monkeypatch):
    monkeypatch.delenv(USERNAME)
    code, _, err = watch(capsys, "--url", api.url)
    assert code == 2
    assert f"set {USERNAME}" in err


def test_a_file_with_a_password_that_everybody_can_read_is_warned_of(api, capsys, tmp_path):
    raw = {"bots": [{"url": api.url, "password": bot_api.PASSWORD}]}
    code, _, err = watch(capsys, "--config", settings_file(tmp_path, raw, 0o644), "--once")
    assert code == 0
    assert "warning: " in err
    assert "chmod 600" in err
    assert bot_api.PASSWORD not in err


def test_a_damaged_state_file_begins_nothing(api, capsys, tmp_path):
    (tmp_path / "riskguard-watch.json").write_text("{")
    code, _, err = watch(capsys, "--url", api.url)
    assert code == 2
    assert "state file riskguard-watch.json is damaged" in err
    assert not api.asked


def test_a_reset_needs_no_password_and_is_taken_by_the_next_poll(api, capsys, monkeypatch):
    watch(capsys, "--url", api.url, "--once")
    api.bot.realised_quote = -3_000.0
    assert watch(capsys, "--url", api.url, "--once")[0] == 1
    monkeypatch.delenv(PASSWORD)
    name = api.url.removeprefix("http://")
    code, out, _ = watch(capsys, "--reset", name)
    assert code == 0
    assert "/start lets it trade again" in out
    monkeypatch.setenv(PASSWORD, bot_api.PASSWORD)
    code, _, err = watch(capsys, "--url", api.url, "--once")
    assert (code, api.bot.state) == (0, State.PAUSED)
    assert "reset by a person" in err


def test_a_process_of_its_own_ends_properly_by_a_signal(api, tmp_path):
    arguments = ("--url", api.url, "--every", "0.1", "--state", str(tmp_path / "state.json"))
    process = subprocess.Popen(
        [sys.executable, "-m", "freqtrade_riskguard.cli", "watch", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while api.asked.count("health") < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == ""
    assert "Traceback" not in err
    assert StateFile(tmp_path / "state.json").load().bots
    assert bot_api.PASSWORD not in json.dumps([out, err, (tmp_path / "state.json").read_text()])


def test_leaves_the_signal_handlers_as_they_were(api, capsys):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    watch(capsys, "--url", api.url, "--once")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_bot_elsewhere_by_plain_http_is_warned_of(api, capsys, tmp_path):
    # The system finds no such host; the warning is about the address.
    code, _, err = watch(capsys, "--url", "http://bot.invalid:8080", "--once")
    assert code == 1
    assert "warning: bot.invalid:8080: plain http sends the user name and the password" in err
    code, _, err = watch(capsys, "--url", api.url, "--once", "--state", tmp_path / "b.json")
    assert (code, "plain http" in err) == (0, False)


@pytest.mark.parametrize(
    "content",
    [
        '{"api_server": {"password": "hunter2"}, "exchange": {"secret": "hunter2"}}',
        '{"bots": [{"url": "http://bot", "pasword": "hunter2"}]}',
        '{"webhok": "https://hook/hunter2"}',
        '"hunter2"',
        "[" * 200_000,
        "1" * 5_000,
        '{"bots": "hunter2\x1b[2J"}',
    ],
)
@pytest.mark.usefixtures("api")
def test_a_file_that_is_none_of_ours_is_one_line_without_a_value(capsys, tmp_path, content):
    code, out, err = watch(capsys, "--config", settings_file(tmp_path, content))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "watch.json" in err
    assert "hunter2" not in err
    assert "\x1b" not in err


def test_what_a_bot_says_forges_nothing_in_log_and_table(api, capsys):
    api.bot.currency = "[red]U\x1b[2J\n\u202e"
    code, out, err = watch(capsys, "--url", api.url, "--once")
    assert code == 0
    assert "\x1b[2J" not in out + err
    assert "\u202e" not in out + err
    # Not taken for a style, and folded at most.
    assert "[red]U\\x1b[2J\\n" in "".join(out.split())


def test_a_faults_traceback_moves_no_cursor(api, capsys, monkeypatch):
    def fails(*_):
        raise ValueError("\x1b[2J\rall is well")

    monkeypatch.setattr(Guardian, "_judge_fleet", fails)
    _, _, err = watch(capsys, "--url", api.url, "--once")
    assert "ValueError: \\x1b[2J\\rall is well" in err
    assert "\x1b" not in err


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_the_page_is_served_as_shown_until_the_guardian_ends(api, capsys, tmp_path):
    (line,) = [line for line in commands("docs/watch.md") if "--page" in line]
    port = free_port()
    of_guard = watched_status(status(), NOON, name="own")
    (tmp_path / "status.json").write_text(of_guard.model_dump_json(), encoding="utf-8")
    bot = {"url": api.url, "name": "a", "status": str(tmp_path / "status.json")}
    settings_file(tmp_path, {"bots": [bot], "every_seconds": 0.1})
    found: list[str] = []
    page: list[Any] = []

    def ask():
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 20
        while time.monotonic() < until and not found:
            try:
                text = requests.get(f"{url}/metrics", timeout=5).text
            except requests.ConnectionError:
                time.sleep(0.05)
                continue
            found.extend(row for row in text.splitlines() if "equity_quote{" in row)
        page.append(requests.get(url, timeout=5).text)
        page.append(requests.get(f"{url}/api/status", timeout=5).json()["bots"][0])
        page.append(requests.get(f"{url}/api/history?of=a", timeout=5).json()["points"])
        os.kill(os.getpid(), signal.SIGTERM)

    asking = threading.Thread(target=ask)
    asking.start()
    code, _, err = watch(capsys, *shlex.split(line.replace("8090", str(port)))[2:])
    asking.join()
    assert (code, found) == (0, ['riskguard_equity_quote{bot="a"} 10000.0'])
    assert f"page: http://127.0.0.1:{port}/" in err
    html, shown, points = page
    assert html.startswith("<!doctype html>")
    assert shown["status"]["bot"]["name"] == "a"
    assert shown["guard"]["bot"]["name"] == "own"
    assert points[0]["equity_quote"] == 10_000.0
    # Nobody listens any more.
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_page_that_cannot_be_opened_is_one_line(api, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = watch(capsys, "--url", api.url, "--page", f"127.0.0.1:{port}")
    assert code == 2
    assert f"riskguard watch: page 127.0.0.1:{port} cannot be opened" in err.splitlines()[-1]
    assert "Traceback" not in err


def test_without_its_packages_a_page_says_what_to_install(api, capsys, monkeypatch):
    for name in ("site", "metrics"):
        monkeypatch.delitem(sys.modules, f"freqtrade_riskguard.watch.web.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    code, _, err = watch(capsys, "--url", api.url, "--page", "127.0.0.1:8090")
    assert code == 2
    assert err.splitlines()[-1] == (
        "riskguard watch: page needs one package more: pip install prometheus-client"
    )


@pytest.mark.parametrize("page", ["0.0.0.0:8090", "192.0.2.1:8090", "[::]:8090", "example.com:80"])
def test_a_page_for_others_needs_a_password(api, capsys, page):
    code, _, err = watch(capsys, "--url", api.url, "--page", page)
    assert code == 2
    assert "page must be on this machine" in err


@pytest.mark.parametrize("page", ["8090", "127.0.0.1", "http://127.0.0.1:1"])
def test_a_page_is_a_host_and_a_port(api, capsys, page):
    code, _, err = watch(capsys, "--url", api.url, "--page", page)
    assert code == 2
    assert "must be a host and a port, like '127.0.0.1:8090'" in err


def test_a_test_message_goes_to_everybody_who_is_told(api, capsys, tmp_path, receiver):
    (line,) = [line for line in commands("docs/watch.md") if "--test-message" in line]
    address = receiver.address.get_secret_value()
    raw = {
        "bots": [{"url": api.url}],
        "webhook": address.replace("json://", "http://"),
        "notify": [address, "json://127.0.0.1:1"],
    }
    settings_file(tmp_path, raw)
    code, out, _ = watch(capsys, *shlex.split(line)[2:])
    assert code == 1
    assert out.splitlines() == [
        "webhook: took the test message",
        "notify[0]: took the test message",
        "notify[1]: did not take the message",
    ]
    assert len(receiver.taken) == 2
    # No bot was asked anything.
    assert api.asked == []


def test_a_test_message_to_nobody_is_a_mistake(api, capsys):
    code, _, err = watch(capsys, "--url", api.url, "--test-message")
    assert code == 2
    assert "nobody is told of alarms: set webhook or notify" in err


def test_alarms_reach_a_service_before_the_guardian_ends(api, capsys, monkeypatch, receiver):
    monkeypatch.setenv(NOTIFY, receiver.address.get_secret_value())
    api.kill()
    code, _, err = watch(capsys, "--url", api.url, "--once")
    assert code == 1
    (text,) = receiver.texts
    assert "no usable answer in 1 poll" in text
    assert receiver.token not in err


@pytest.mark.parametrize("trouble", ["hangs", "fails"])
def test_a_notifier_that_hangs_or_fails_delays_no_stop(
    api, receiver, capsys, tmp_path, monkeypatch, trouble
):
    """The whole loop of the command, with a limit that is reached while nobody takes alarms."""
    monkeypatch.setattr("freqtrade_riskguard.commands.watch._LAST_MESSAGES_SECONDS", 0.2)
    if trouble == "hangs":
        receiver.free.clear()
    else:
        receiver.status = 500
    address = receiver.address.get_secret_value()
    raw = {
        "bots": [{"url": api.url}],
        "limits": {"gross_exposure": 0.5},
        "every_seconds": 0.1,
        "notify": [address],
        "webhook": address.replace("json://", "http://"),
    }
    api.bot.trades = [ScriptedTrade(1, "BTC/USDT:USDT", amount=0.1, rate=100_000.0)]
    began = time.monotonic()
    code, _, err = watch(capsys, "--config", settings_file(tmp_path, raw), "--exit-on-alarm")
    assert api.bot.orders == ["pause", "exit all market"]
    assert "Entries stopped and 1 trade closed: positions are 100 % of equity" in err
    assert code == 1
    # Five seconds are what one attempt at the webhook may take.
    assert time.monotonic() - began < 4
    assert not receiver.taken
