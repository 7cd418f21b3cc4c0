from freqtrade_riskguard.evidence.identity import identity_of

SOURCE = b"class Mine:\n    pass\n"
EXITS = {"stoploss": -0.1, "minimal_roi": {"0": 0.1}, "trailing_stop": False}
FOUND = {
    "strategy_name": "Mine",
    "params": {
        "buy": {"rsi": 30, "riskguard__kelly__fraction": 0.4},
        "roi": {"0": 0.1},
        "stoploss": {"stoploss": -0.1},
    },
}


def identity(*, source=SOURCE, found=FOUND, exits=EXITS, strategy="Mine", timeframe="1h"):
    return identity_of(strategy, timeframe, source, found, exits)


def test_line_ends_whole_numbers_and_the_guards_parameters_make_no_difference():
    other = identity(
        source=SOURCE.replace(b"\n", b"\r\n"),
        found={"params": {"buy": {"rsi": 30}}},
        exits={"stoploss": -0.1, "minimal_roi": {0: 0.1}, "trailing_stop": False},
    )
    assert identity().differences(other) == []
    whole = [identity(exits={"minimal_roi": {"0": roi}}) for roi in (1, 1.0)]
    assert whole[0] == whole[1]


def test_what_differs_is_named():
    mine = identity()
    assert mine.differences(identity(strategy="Other", source=b"")) == ["strategy Mine, not Other"]
    assert mine.differences(identity(source=b"x")) == ["another version of the file of Mine"]
    assert mine.differences(identity(timeframe="5m")) == ["timeframe 1h here, 5m there"]
    assert mine.differences(identity(exits={**EXITS, "stoploss": -0.2})) == [
        "stoploss: -0.1 here, -0.2 there"
    ]
    assert mine.differences(identity(found=None)) == ["buy.rsi: 30 here, none there"]
    # A switch is no number.
    assert mine.differences(identity(exits={**EXITS, "trailing_stop": 0})) != []
