"""Checks of the bots that are watched: alone, and together."""

from collections.abc import Mapping

from freqtrade_riskguard.rest_api.bot_status import BotStatus
from freqtrade_riskguard.rest_api.errors import BotCredentialsError, BotError
from freqtrade_riskguard.watch.heartbeat import LOGIN_REMEDY


def password_refused(answers: Mapping[str, BotStatus | BotError]) -> str | None:
    """Return which bots refuse their credentials, and the remedy."""
    refused = [
        f"{name} {answer}"
        for name, answer in answers.items()
        if isinstance(answer, BotCredentialsError)
    ]
    return f"{', '.join(refused)}. {LOGIN_REMEDY}" if refused else None


def currencies_differ(currencies: Mapping[str, str]) -> str | None:
    """Return why the bots cannot be added up, and the remedy."""
    if len(set(currencies.values())) < 2:  # noqa: PLR2004  two different ones
        return None
    named = ", ".join(f"{name} in {currency}" for name, currency in sorted(currencies.items()))
    return f"bots in different currencies cannot be added up ({named}): give each its own watch"


def shared_account(statuses: Mapping[str, BotStatus]) -> str | None:
    """Return which live bots may share an account without each having its share of it."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, status in sorted(statuses.items()):
        if not status.dry_run and status.available_capital is None:
            groups.setdefault((status.exchange, status.currency), []).append(name)
    shared = [", ".join(names) for names in groups.values() if len(names) > 1]
    if not shared:
        return None
    return (
        f"{'; '.join(shared)}: if these bots share one account, each counts all of it, so that "
        "every loss looks too small. Give each its 'available_capital' in its configuration"
    )
