"""Checks a running bot's database."""

from freqtrade.persistence import Trade
from sqlalchemy import text

from freqtrade_riskguard.adapters.startup.checks import refuse

# Where the clocks are changed, one of the two is not UTC's.
_WINTER, _SUMMER = "2026-01-01 00:00:00+00", "2026-07-01 00:00:00+00"


def check_database() -> None:
    """Refuse a PostgreSQL whose sessions are not in UTC.

    freqtrade writes times with their zone, PostgreSQL stores them in that of the session, and
    freqtrade reads them as UTC: trades would seem to close, and locks to end, hours off.
    """
    if not Trade.use_db or Trade.session.get_bind().dialect.name != "postgresql":
        return
    offsets = "SELECT EXTRACT(TIMEZONE FROM CAST(:{0} AS timestamptz))".format
    asked = text(f"{offsets('winter')} UNION ALL {offsets('summer')}")
    shifts = Trade.session.scalars(asked, {"winter": _WINTER, "summer": _SUMMER}).all()
    if any(shifts):
        zone = Trade.session.scalar(text("SHOW timezone"))
        refuse(
            f"the time zone of the database's sessions must be UTC, got '{zone}': freqtrade would "
            "read the times of trades and locks wrongly. Add ?options=-c%20timezone%3DUTC to "
            "db_url, or ALTER ROLE the bot's user SET timezone = 'UTC'"
        )
