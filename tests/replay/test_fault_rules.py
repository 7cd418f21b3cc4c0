"""Faults as JSON: what is read, and what is named where it cannot be."""

import json
import re

import pytest
from pydantic import TypeAdapter

from freqtrade_riskguard.replay import fault_rules
from freqtrade_riskguard.replay.fault_rules import FaultError, Refuse, read_faults, read_rules
from tests.replay.recordings import moment
from tests.support.pages import PAGES, rows

KINDS: dict[str, dict[str, object]] = {
    "refuse": {"path": "/fapi/v1/order", "method": "POST", "code": -1008, "status": 503},
    "refuse_stops": {"symbol": "BTCUSDT"},
    "rate_limit": {"times": 3},
    "time_out": {"seconds": 5},
    "late": {"seconds": 1.5},
    "lose_answer": {"code": None},
    "go_away": {"until": "2024-01-01T01:00:00Z"},
    "partial_fill": {"share": 0.5},
    "forget_order": {},
    "cancel_order": {"stops": False},
    "price_jump": {"symbol": "BTCUSDT", "change": -0.1},
    "mark_differs": {"symbol": "BTCUSDT", "change": 0.02},
    "liquidate_first": {},
}


def test_every_kind_is_read(tmp_path):
    rules = [{"what": what, **keys} for what, keys in KINDS.items()]
    file = tmp_path / "faults.json"
    file.write_text(json.dumps(rules), encoding="utf-8")
    read = read_faults(file)
    assert [rule.what for rule in read] == list(KINDS)
    # None was left out above.
    choices = TypeAdapter(fault_rules.Rule).json_schema()["discriminator"]["mapping"]
    assert set(choices) == set(KINDS)


def test_a_single_rule_needs_no_list():
    (rule,) = read_rules({"what": "refuse"}, "here")
    assert isinstance(rule, Refuse)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"what": "refuse", "cod": -1}, "fault 2, cod: no such key"),
        ({"what": "refuse", "code": 0}, "fault 2, code: input should not be 0"),
        ({"what": "refuse", "status": 200}, "fault 2, status: input should be greater than or"),
        ({"what": "late"}, "fault 2, seconds: field required"),
        ({"what": "partial_fill", "share": 1}, "fault 2, share: input should be less than 1"),
        ({"what": "price_jump", "symbol": "X", "change": -1}, "fault 2, change: input should be"),
        ({"what": "go_away", "since": "2024-01-01T00:00"}, "fault 2, since: input should have tim"),
        ({"what": "go_away", "method": "HEAD"}, "fault 2, method: input should be 'GET'"),
        ({"what": "late", "seconds": 1, "where": {"a": 1}}, "fault 2, where, a: input should be a"),
        ({"what": "explode"}, "fault 2: input tag 'explode' found using 'what' does not match"),
        ({}, "fault 2: unable to extract tag using discriminator 'what'"),
        (5, "fault 2: input should be a valid dictionary"),
    ],
)
def test_the_first_wrong_key_is_named(tmp_path, rule, message):
    file = tmp_path / "faults.json"
    file.write_text(json.dumps([{"what": "refuse"}, rule, {"what": "also wrong"}]))
    with pytest.raises(FaultError) as refused:
        read_faults(file)
    assert str(refused.value).startswith(f"{file}: {message}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, "\0"])
def test_what_is_no_json_is_one_line(tmp_path, content):
    file = tmp_path / "faults.json"
    file.write_text(content)
    with pytest.raises(FaultError, match="is no JSON"):
        read_faults(file)
    with pytest.raises(FaultError, match="cannot be read"):
        read_faults(tmp_path / "nothing.json")


def test_a_rule_holds_from_its_beginning_to_before_its_end():
    (rule,) = read_rules(
        {"what": "go_away", "since": "2024-01-01T00:10Z", "until": "2024-01-01T00:20Z"}, "here"
    )
    assert [rule.holds_at(moment(minutes=m)) for m in (9, 10, 19, 20)] == [0, 1, 1, 0]


def test_a_request_is_met_by_path_method_and_arguments():
    where = {"symbol": "BTCUSDT"}
    (rule,) = read_rules(
        {"what": "go_away", "path": "/fapi/*/positionRisk", "method": "GET", "where": where}, "here"
    )
    path = "/fapi/v3/positionRisk"
    assert rule.concerns("GET", path, {**where, "other": "1"})
    assert not rule.concerns("POST", path, where)
    assert not rule.concerns("GET", "/fapi/v3/account", where)
    assert not rule.concerns("GET", path, {"symbol": "ETHUSDT"})
    assert not rule.concerns("GET", path, {})


def test_the_page_has_every_kind_with_its_keys():
    schema = TypeAdapter(fault_rules.Rule).json_schema()
    mapping = schema["discriminator"]["mapping"]
    shared = {"what", "name", "since", "until", "skip", "times", "path", "method", "where"}
    keys = {
        what: set(schema["$defs"][ref.rpartition("/")[2]]["properties"]) - shared
        for what, ref in mapping.items()
    }
    (table,) = [
        each for each in PAGES["docs/replay_exchange.md"].split("\n\n") if "| `refuse`" in each
    ]
    shown = {what.strip("`"): set(re.findall(r"`(\w+)`", own)) for what, _, own in rows(table)}
    assert shown == keys
