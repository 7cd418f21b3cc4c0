"""The scenarios themselves.

Each begins with two weeks or more of ordinary trends up and down, so that indicators and twelve
days of volatility exist before anything happens.
"""

from collections.abc import Mapping
from types import MappingProxyType

from freqtrade_riskguard.replay.scenarios.scenario import Knots, Scenario, burst

_ORDINARY: Knots = (
    (0.0, 1.000),
    (3.0, 1.040),
    (5.0, 1.010),
    (8.0, 1.060),
    (10.5, 1.025),
    (14.0, 1.080),
    (16.0, 1.050),
)

CALM_TREND = Scenario(
    name="calm_trend",
    description="A month of quiet trends, mostly up, with ordinary pullbacks.",
    levels=(
        *_ORDINARY,
        (19.5, 1.11),
        (21.5, 1.08),
        (25.0, 1.14),
        (27.0, 1.11),
        (30.0, 1.17),
    ),
    turbulence=((0.0, 0.8),),
)

_CRASH_DAY = 21.6

FLASH_CRASH = Scenario(
    name="flash_crash",
    description="After a steady climb the market falls 30 % within an hour and recovers half.",
    event_day=_CRASH_DAY,
    levels=(
        *_ORDINARY,
        (18.0, 1.09),
        (19.5, 1.06),
        (20.9, 1.12),
        # A pullback, then new highs: those who left come back near the top.
        (21.25, 1.095),
        *burst(
            _CRASH_DAY,
            1.155,
            (
                # One breath of ordinary selling, then the book is empty.
                (6, 0.980),
                (11, 0.840),
                (16, 0.870),
                (25, 0.790),
                (32, 0.825),
                (48, 0.700),
                (60, 0.745),
                (95, 0.735),
                (180, 0.820),
                (300, 0.800),
                (480, 0.860),
            ),
        ),
        (23.0, 0.96),
        (25.0, 1.00),
        (27.5, 0.96),
        (30.0, 1.00),
    ),
    turbulence=(
        (0.0, 1.0),
        (20.5, 1.0),
        # The climb into the crash is quiet: trend followers are long, and believe it.
        (20.9, 0.6),
        (21.59, 0.6),
        (21.6, 3.0),
        (21.65, 3.0),
        (22.0, 2.0),
        (25.0, 1.2),
        (30.0, 1.0),
    ),
)

SLOW_GRIND = Scenario(
    name="slow_grind",
    description="The market falls 40 % in three weeks, without a single large candle.",
    levels=(
        *_ORDINARY,
        (20.0, 0.97),
        (21.0, 0.98),
        (25.0, 0.87),
        (26.5, 0.885),
        (31.0, 0.76),
        (32.0, 0.765),
        (37.0, 0.64),
    ),
    turbulence=((0.0, 1.0), (15.0, 0.9), (17.0, 0.6)),
    days=37,
)

FUNDING_SQUEEZE = Scenario(
    name="funding_squeeze",
    description="Price and funding climb until longs pay 0.45 % every 8 hours, then both unwind.",
    levels=(
        *_ORDINARY,
        (19.0, 1.12),
        (20.0, 1.11),
        (22.0, 1.20),
        (24.0, 1.33),
        (25.0, 1.36),
        (25.6, 1.25),
        (26.2, 1.29),
        (27.0, 1.10),
        (28.5, 1.06),
        (30.0, 1.08),
    ),
    turbulence=((0.0, 1.0), (20.0, 1.0), (24.0, 1.4), (25.0, 2.0), (27.0, 2.0), (30.0, 1.2)),
    funding_extra_8h=(
        (0.0, 0.0),
        (17.0, 0.0),
        (20.0, 0.0006),
        (22.0, 0.0016),
        (24.0, 0.0036),
        (25.1, 0.0045),
        (26.0, 0.0010),
        (27.0, -0.0012),
        (28.5, -0.0004),
        (30.0, 0.0),
    ),
    # The exchange shortens the interval when the rate reaches its cap, and lengthens it later.
    funding_interval_hours=((0.0, 8.0), (21.0, 4.0), (24.0, 2.0), (26.0, 4.0), (28.0, 8.0)),
)

_CASCADE_DAY = 19.5

LIQUIDATION_CASCADE = Scenario(
    name="liquidation_cascade",
    description="Five violent moves in three days, down and up, each against those who followed.",
    event_day=_CASCADE_DAY,
    levels=(
        *_ORDINARY,
        (19.0, 1.09),
        *burst(_CASCADE_DAY, 1.12, ((5, 0.985), (10, 0.89), (40, 0.915), (70, 0.86), (180, 0.87))),
        # A slow bounce: followers are long again, and the next leg takes them out.
        *burst(20.25, 1.045, ((5, 0.985), (10, 0.885), (40, 0.83), (60, 0.87), (200, 0.86))),
        # A slow decline: they turn short.
        *burst(21.0, 0.86, ((5, 1.015), (10, 1.115), (30, 1.09), (65, 1.17), (200, 1.15))),
        *burst(21.75, 1.035, ((5, 0.985), (10, 0.88), (30, 0.91), (55, 0.83), (200, 0.85))),
        *burst(22.5, 0.84, ((5, 1.015), (10, 1.11), (60, 1.10), (300, 1.13))),
        (24.0, 0.94),
        (26.0, 1.00),
        (28.0, 0.96),
        (30.0, 1.00),
    ),
    turbulence=((0.0, 1.0), (19.4, 0.8), (19.5, 2.0), (22.5, 2.0), (24.0, 1.5), (30.0, 1.0)),
)

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            CALM_TREND,
            FLASH_CRASH,
            SLOW_GRIND,
            FUNDING_SQUEEZE,
            LIQUIDATION_CASCADE,
        )
    }
)
