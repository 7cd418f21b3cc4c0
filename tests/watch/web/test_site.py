"""The guardian's page: what it tells equals what the guardian knows, and only who may is told."""

import base64
import json
import re
import shutil
import socket
import subprocess
from contextlib import closing

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from freqtrade_riskguard.watch.web.errors import SiteError
from freqtrade_riskguard.watch.web.history import Histories
from freqtrade_riskguard.watch.web.journal_counts import JournalCounts
from freqtrade_riskguard.watch.web.page_files import page_files
from freqtrade_riskguard.watch.web.site import WatchSite
from freqtrade_riskguard.watch.web.view import Viewer
from tests.support.bot_api import PASSWORD as BOTS_PASSWORD
from tests.support.bot_api import BotApi, ScriptedBot, ScriptedTrade
from tests.watch.parts import NOON, Watch

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
PAUSED = "Entries paused until 00:00 UTC: -3.1 % today (limit 3 %, live). Lift: /unlock 1"
HALTED = "HALTED: 18.2 % below the peak. All trades are closed. Lift: /unlock 2"
SECRET = SecretStr("a-password-of-nobody")


def basic(text, kind="Basic"):
    return f"{kind} {base64.b64encode(text.encode()).decode()}"


JOURNAL = [
    {"rule": "daily_loss", "question": "lock", "enforced": True},
    {"rule": "reconciliation", "question": "alert", "enforced": True},
    {"rule": "daily_loss", "question": "lock", "enforced": True},
    {"rule": "kelly", "question": "leverage", "enforced": False},
]


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A guardian of two bots, one of which is gone, and its page after a poll."""
    folder = tmp_path_factory.mktemp("watched")
    journal = folder / "journal.jsonl"
    journal.write_text("".join(json.dumps(line) + "\n" for line in JOURNAL), encoding="utf-8")
    # 10,000 of capital; long 5,000 of BTC, short 2,000 of ETH, 400 lost.
    trades = [
        ScriptedTrade(
            1,
            BTC,
            amount=0.1,
            rate=50_000.0,
            profit_quote=-400.0,
            stop_price=49_000.0,
            liquidation_price=42_000.0,
        ),
        ScriptedTrade(2, ETH, amount=1.0, rate=2_000.0, is_short=True),
    ]
    scripted = ScriptedBot(trades=trades, lock_reasons=[PAUSED, HALTED, "Auto lock"])
    with BotApi(scripted) as one, BotApi() as gone:
        bots = [
            {"url": one.url, "name": "one", "journal": str(journal)},
            {"url": gone.url, "name": "gone"},
        ]
        watch = Watch(folder, {"bots": bots, "page": "127.0.0.1:0"})
        gone.kill()
        watch.poll()
        guardian = watch.guardian
        histories = Histories(10.0)
        viewer = Viewer(
            guardian,
            guardian._notifier,
            guardian._settings,
            {"one": JournalCounts(journal)},
            started=NOON,
            documents={},
            histories=histories,
        )
        site = WatchSite("127.0.0.1", 0, None, histories)
        port = site.open()
        site.publish(viewer.view(NOON, 0.25, polled=True))
        yield f"http://127.0.0.1:{port}", watch
        site.close()
        guardian.close()


@pytest.fixture
def locked_page():
    """The page of nobody's guardian, for who has the password."""
    site = WatchSite("127.0.0.1", 0, SECRET, Histories(10.0))
    yield f"http://127.0.0.1:{site.open()}"
    site.close()


def metrics(url):
    text = requests.get(f"{url}/metrics", timeout=5).text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class TestMetrics:
    def test_prometheus_own_parser_reads_what_the_guardian_knows(self, watched):
        url, watch = watched
        found = metrics(url)
        one = ("bot", "one")
        track = watch.guardian.remembered.bots["one"].track
        assert found["riskguard_equity_quote", one] == track.equity_quote == 9_600.0
        # The first look is the start of the day: nothing is lost against it yet.
        assert found["riskguard_day_loss_ratio", one] == 0
        assert found["riskguard_day_limit_used_ratio", one] == 0
        assert found["riskguard_drawdown_ratio", one] == 0
        assert found["riskguard_effective_leverage_ratio", one] == pytest.approx(7_000 / 9_600)
        assert found["riskguard_net_exposure_ratio", one] == pytest.approx(3_000 / 9_600)
        assert found["riskguard_initial_margin_quote", one] == pytest.approx(1_400.0)
        assert found["riskguard_open_positions", one] == 2
        short = (one, ("pair", ETH), ("side", "short"), ("trade_id", "2"))
        assert found["riskguard_position_mark_price", *short] == 2_000.0
        long = (one, ("pair", BTC), ("side", "long"), ("trade_id", "1"))
        assert found["riskguard_position_stop_price", *long] == 49_000.0
        assert found["riskguard_position_stop_distance_ratio", *long] == pytest.approx(0.02)
        assert found["riskguard_position_liquidation_distance_ratio", *long] == pytest.approx(0.16)
        # freqtrade's own pause after a close is none of them.
        assert found["riskguard_locks", one] == 2
        assert found["riskguard_halted", one] == 1
        assert found["riskguard_locks_by_rule", one, ("rule", "daily_loss")] == 1
        assert found["riskguard_locks_by_rule", one, ("rule", "drawdown_ladder")] == 1

    def test_what_is_not_known_is_left_out(self, watched):
        found = metrics(watched[0])
        names = {key[0] for key in found}
        # The API tells no maintenance margin, and of the short position no stop.
        assert "riskguard_maintenance_margin_ratio" not in names
        short = (("bot", "one"), ("pair", ETH), ("side", "short"), ("trade_id", "2"))
        assert ("riskguard_position_stop_price", *short) not in found
        assert found["riskguard_bot_up", ("bot", "gone")] == 0
        assert ("riskguard_equity_quote", ("bot", "gone")) not in found

    def test_decisions_are_counted_by_rule(self, watched):
        found = metrics(watched[0])
        labels = {"bot": "one", "mode": "enforce", "question": "lock", "rule": "daily_loss"}
        assert found["riskguard_decisions_total", *sorted(labels.items())] == 2
        labels |= {"question": "alert", "rule": "reconciliation"}
        assert found["riskguard_decisions_total", *sorted(labels.items())] == 1

    def test_the_guardians_own_health(self, watched):
        found = metrics(watched[0])
        assert found[("riskguard_guardian_polls_total",)] == 1
        assert found[("riskguard_guardian_failed_polls_total",)] == 0
        assert found[("riskguard_guardian_last_poll_timestamp_seconds",)] == NOON
        assert found[("riskguard_guardian_last_poll_duration_seconds",)] == 0.25
        assert found[("riskguard_fleet_equity_quote",)] == 9_600.0

    def test_the_dashboard_asks_for_metrics_that_are_made(self, watched, project):
        text = requests.get(f"{watched[0]}/metrics", timeout=5).text
        # Also those of which there is nothing to tell now.
        made = set(re.findall(r"^# TYPE (riskguard_\w+)", text, re.MULTILINE))
        dashboard = json.loads(
            (project / "user_data" / "grafana-dashboard.json").read_text("utf-8")
        )
        asked = {
            name
            for panel in dashboard["panels"]
            for target in panel["targets"]
            for name in re.findall(r"riskguard_\w+", target["expr"])
        }
        assert len(asked) > 20
        assert asked <= made

    @pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool: apt install prometheus")
    def test_promtool_has_nothing_to_say(self, watched):
        text = requests.get(f"{watched[0]}/metrics", timeout=5).content
        checked = subprocess.run(
            ["promtool", "check", "metrics"], input=text, capture_output=True, check=False
        )
        ours = [line for line in checked.stderr.decode().splitlines() if "riskguard" in line]
        assert not ours

    def test_before_the_first_poll_there_is_nothing_to_tell(self):
        site = WatchSite("127.0.0.1", 0, None, Histories(10.0))
        url = f"http://127.0.0.1:{site.open()}"
        try:
            assert not any(name.startswith("riskguard") for name, *_ in metrics(url))
            assert requests.get(f"{url}/api/status", timeout=5).status_code == 503
        finally:
            site.close()


class TestStatus:
    def test_it_is_the_view_as_json(self, watched):
        url, _ = watched
        told = requests.get(f"{url}/api/status", timeout=5)
        shown = told.json()
        one, gone = shown["bots"]
        assert shown["version"] == 1
        assert one["status"]["equity"]["equity_quote"] == 9_600.0
        assert [lock["lift"] for lock in one["status"]["locks"]] == [
            "/unlock 1, or by itself at 2100-01-01 00:00 UTC",
            "/unlock 2",
        ]
        assert one["status"]["verdict"] == "attention"
        assert (gone["status"], gone["is_answering"]) == (None, False)
        assert BOTS_PASSWORD not in told.text


class TestPage:
    FILES = ("", *sorted(path.lstrip("/") for path in page_files() if path != "/"))

    @pytest.mark.parametrize("file", FILES)
    def test_it_is_files_of_our_own_and_names_nothing_elsewhere(self, watched, file):
        answer = requests.get(f"{watched[0]}/{file}", timeout=5)
        assert answer.ok
        assert answer.headers["Content-Type"].startswith(
            {"": "text/html", "css": "text/css", "svg": "image/svg+xml", "js": "text/javascript"}[
                file.rpartition(".")[2]
            ]
        )
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
        elsewhere = re.findall(r"https?://[^\s\"']+", answer.text)
        # The name of a language, which nobody asks for.
        assert set(elsewhere) <= {"http://www.w3.org/2000/svg"}
        assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(", answer.text)

    def test_all_of_it_is_small(self, watched):
        sizes = [
            len(requests.get(f"{watched[0]}/{file}", timeout=5).content) for file in self.FILES
        ]
        assert sum(sizes) < 60_000

    def test_the_history_of_an_account(self, watched):
        url = f"{watched[0]}/api/history"
        told = requests.get(url, params={"of": "one"}, timeout=5).json()
        assert (told["version"], told["name"]) == (1, "one")
        (point,) = told["points"]
        assert (point["time"], point["equity_quote"]) == (NOON, 9_600.0)
        assert sorted((mark["kind"], mark["text"]) for mark in told["marks"]) == [
            ("halt", HALTED.partition(" Lift: ")[0]),
            ("lock", PAUSED.partition(" Lift: ")[0]),
        ]
        (nothing,) = requests.get(url, params={"of": "gone"}, timeout=5).json()["points"]
        assert nothing["equity_quote"] is None
        assert requests.get(url, params={"of": "nobody"}, timeout=5).status_code == 404
        assert requests.get(url, timeout=5).status_code == 404


class TestWhoMay:
    def test_every_answer_is_hardened(self, watched):
        url, _ = watched
        for answer in (
            requests.get(f"{url}/metrics", timeout=5),
            requests.head(f"{url}/metrics", timeout=5),
            requests.get(f"{url}/nothing", timeout=5),
            requests.post(f"{url}/metrics", data="x", timeout=5),
        ):
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "aiohttp" not in answer.headers["Server"]

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    def test_nothing_is_taken(self, watched, method):
        answer = requests.request(method, f"{watched[0]}/metrics", timeout=5)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")

    def test_a_name_that_points_here_is_refused(self, watched):
        headers = {"Host": "rebound.example.com"}
        answer = requests.get(f"{watched[0]}/api/status", headers=headers, timeout=5)
        assert answer.status_code == 421
        assert "9600" not in answer.text
        port = watched[0].rpartition(":")[2]
        headers = {"Host": f"localhost:{port}"}
        assert requests.get(f"{watched[0]}/metrics", headers=headers, timeout=5).ok

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "Basic",
            "Basic !!!",
            basic("riskguard:guess"),
            basic(f"root:{SECRET.get_secret_value()}"),
            basic(f"riskguard:{SECRET.get_secret_value()}", "Bearer"),
            "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        ],
    )
    def test_only_with_the_password(self, locked_page, given):
        answer = requests.get(f"{locked_page}/metrics", headers={"Authorization": given}, timeout=5)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert SECRET.get_secret_value() not in answer.text

    def test_with_the_password_and_by_any_name_of_the_machine(self, locked_page):
        answer = requests.get(
            f"{locked_page}/metrics",
            auth=("riskguard", SECRET.get_secret_value()),
            headers={"Host": "guardian.example.com"},
            timeout=5,
        )
        assert answer.status_code == 200

    def test_a_port_that_is_taken_is_said(self):
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(SiteError, match=f"page 127.0.0.1:{port} cannot be opened"):
                WatchSite("127.0.0.1", port, None, Histories(10.0)).open()


def spoken(url, request):
    """Send bytes as they are; return all that comes back."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "get", "G\0T", ""]) | st.text(max_size=5),
    path=st.text(max_size=40)
    | st.sampled_from(["/", "/metrics", "/api/status", "/api/events", "/../etc", "//", "*"])
    | st.builds("/{}?of={}".format, st.sampled_from(["api/history", "page.js"]), st.text()),
    header=st.tuples(
        st.sampled_from(["Host", "Authorization", "Content-Length", "Cookie", "Accept"]),
        st.text(max_size=30),
    ),
    body=st.binary(max_size=60),
)
def test_whatever_is_sent_it_tells_no_traceback_and_no_500(
    watched, method, path, header, body, caplog
):
    request = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header[0]}: {header[1]}\r\n\r\n"
    answer = spoken(watched[0], request.encode("utf-8", "surrogatepass") + body)
    assert not answer or answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4", b"HTTP/1.0 4")), answer
    assert b"Traceback" not in answer
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
