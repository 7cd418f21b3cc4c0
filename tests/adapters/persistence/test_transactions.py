"""The queue of writes that the database has refused."""

import pytest
from freqtrade.persistence import Trade
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from freqtrade_riskguard.adapters.persistence.transactions import (
    WriteQueue,
    undo_what_was_cut_short,
)

LOCKED = OperationalError("commit", {}, Exception("database is locked"))
NO_SUCH_TRADE = IntegrityError("commit", {}, Exception("no such trade"))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("error", [NO_SUCH_TRADE, ZeroDivisionError()])
def test_what_would_fail_for_ever_is_told_and_holds_up_nothing(error):
    queue, written, errors = WriteQueue(), [], [LOCKED, error]

    def fails():
        raise errors.pop(0)

    queue.write("trade 1", fails)
    queue.write("peak", lambda: written.append("peak"))
    assert written == []

    with pytest.raises(type(error)):
        queue.flush()
    queue.flush()

    assert (written, errors) == (["peak"], [])


@pytest.mark.usefixtures("database")
def test_freqtrade_can_clean_up_after_a_statement_that_ctrl_c_cut_short():
    engine = Trade.session.get_bind()

    def pressed(*_):
        raise KeyboardInterrupt

    event.listen(engine, "do_execute", pressed)
    try:
        with pytest.raises(KeyboardInterrupt):
            Trade.session.execute(text("select 1"))
    finally:
        event.remove(engine, "do_execute", pressed)

    undo_what_was_cut_short()

    Trade.commit()
    assert Trade.session.scalar(text("select 1")) == 1
