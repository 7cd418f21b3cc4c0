"""The dangers of a bot, beyond freqtrade's own settings."""

from collections.abc import Callable, Iterator, Sequence
from math import isnan

from freqtrade_riskguard.adapters.preview.bot import PreviewBot
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config.loading import ISOLATED_ONLY, for_pair
from freqtrade_riskguard.entry_report.entry_figures import EntryFigures
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.risk import RUIN_RATIO, Health, distance_health

_NAMED = 3
# What is missing where one of them does not enforce.
_KEEPS_ALIVE = {
    "liquidation_distance": "leverage is not limited by the distance to liquidation",
    "liquidation_buffer": "RiskGuard sets no stop in front of liquidation",
    "margin_ladder": "a position that loses its margin is not cut",
    "daily_loss": "the daily loss has no limit",
    "weekly_loss": "the weekly loss has no limit",
    "drawdown_ladder": "nothing stops a bot that keeps losing",
}


def guard_dangers(
    name: str, *, guarded: bool, configured: bool, settings: RiskGuardConfig
) -> Iterator[str]:
    """Yield what keeps the guard from guarding.

    Parameters
    ----------
    name : str
        The strategy's.
    guarded : bool
        Whether RiskGuard is among its bases.
    configured : bool
        Whether the configuration has a ``riskguard`` block.
    settings : RiskGuardConfig
        In force.
    """
    if not guarded:
        idle = " The riskguard block of the configuration does nothing." if configured else ""
        yield (
            f"{name} is NOT GUARDED: RiskGuard is not among its base classes, so nothing limits "
            f"what is shown here. Put it first: class {name}(RiskGuard, IStrategy).{idle}"
        )
    elif not settings.enabled:
        yield "riskguard.enabled is false: the guard is switched off. Set it to true."
    elif settings.mode != "enforce":
        yield (
            f"riskguard.mode is '{settings.mode}': nothing is enforced, and the strategy trades "
            "as if it were not guarded. Set it to 'enforce'."
        )
    else:
        yield from _missing_rules(settings, ISOLATED_ONLY if settings.is_cross else ())


def start_dangers(state: str | None) -> Iterator[str]:
    """Yield that the bot would start STOPPED.

    Parameters
    ----------
    state : str, optional
        ``initial_state`` of the configuration.
    """
    if state and state.lower() != "stopped":
        return
    given = f"'{state}'" if state else "missing, which is the same as 'stopped'"
    yield (
        f"initial_state is {given}: the bot starts STOPPED. It trades nothing and guards nothing "
        "until somebody sends /start. Set it to 'running'."
    )


def unread_database(bot: PreviewBot) -> Iterator[str]:
    """Yield that the bot's own trades are not known, where its database is not read.

    Nothing where a person wanted it so.
    """
    kind, past = bot.unread_database, bot.past
    if kind is not None:
        yield (
            f"The bot's trades are in {kind}, which is not read here: the figures are for an "
            "account without open trades."
        )
    elif past.left_out is not None and past.open_left_out is None:
        yield (
            f"The trades and locks in {past.left_out} are ignored: they are of today, and --at "
            "asks about the past."
        )
    elif past.left_out is not None:
        yield (
            f"Candles end at {min(bot.outlook.times.values()):%Y-%m-%d %H:%M} UTC: the trades in "
            f"{past.left_out} are ignored ({past.open_left_out} open), its locks in force count "
            f"({past.locks}). Give --from-exchange."
        )


def _missing_rules(settings: RiskGuardConfig, meaningless: Sequence[str]) -> Iterator[str]:
    for scope in ("*", *settings.pairs):
        where = "riskguard" if scope == "*" else f"riskguard.pairs.{scope}"
        own = for_pair(settings, scope)
        for rule, missing in _KEEPS_ALIVE.items():
            if rule in meaningless:
                continue
            mode = own.mode_of(rule)
            if mode != "enforce" and (scope == "*" or settings.mode_of(rule) == "enforce"):
                yield f"{where}.{rule}.mode is '{mode}': {missing}. Set it to 'enforce'."


def entry_dangers(entries: Sequence[EntryFigures]) -> Iterator[str]:
    """Yield what is dangerous in the entries that the bot would make now, a line per kind."""
    made = [entry for entry in entries if entry.refusal is None]
    kinds: tuple[tuple[str, Callable[[EntryFigures], str | None], str], ...] = (
        ("Liquidation comes before the stop", _no_stop_before, "Ask for less leverage."),
        ("Liquidation is near", _near, "Ask for less leverage."),
        (
            "One move of the market takes the account",
            _not_survived,
            "Use a smaller stake or less leverage.",
        ),
    )
    for what, looks, remedy in kinds:
        found = [
            f"{entry.pair} {entry.side} at {entry.leverage:g}x ({why})"
            for entry in made
            if (why := looks(entry)) is not None
        ]
        if found:
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            yield f"{what}: {', '.join(found[:_NAMED])}{more}. {remedy}"


def _no_stop_before(entry: EntryFigures) -> str | None:
    if isnan(entry.liquidation_price):
        return None
    away = percent(entry.liquidation_distance_ratio)
    if isnan(entry.stop_price):
        return f"{away} away, and there is no stop"
    if entry.stop_distance_ratio < entry.liquidation_distance_ratio:
        return None
    return f"{away} away, the stop {percent(entry.stop_distance_ratio)}"


def _near(entry: EntryFigures) -> str | None:
    if isnan(entry.liquidation_price):
        return None
    health = distance_health(entry.liquidation_distance_ratio)
    if health is Health.OK:
        return None
    return f"{percent(entry.liquidation_distance_ratio)} away, {health.value}"


def _not_survived(entry: EntryFigures) -> str | None:
    ruined = entry.worst_loss_ratio > 1 - RUIN_RATIO
    if entry.survival > 1 and not ruined:
        return None
    return (
        f"{percent(entry.worst_move_ratio, 0)} takes {money(entry.worst_loss_quote)}, "
        f"{percent(entry.worst_loss_ratio, 0)} of the account"
    )
