// One account: what is shown of a bot, or of all bots together.

import { accountChart, bar, MARKS, priceAxis, shapeOf, tone } from "./charts.js";
import { el, title } from "./elements.js";
import { count, lasted, moment, percent, price, quote, signed, times, UNKNOWN } from "./words.js";

const TROUBLES = {
  silent: "It does not answer the guardian.",
  stalled: "It answers, but its loop stands still.",
  credentials: "It refuses the guardian's password.",
  fault: "The guardian failed on it: see the guardian's log.",
  closing: "The guardian is stopping it: no entries, and its trades are being closed.",
  held: "The guardian has stopped it, and it holds nothing.",
};
const MODES = { observe: " (only watched)", off: "" };

function limit(name, now, used, of, about = {}) {
  return el("li", { class: "limit", "data-limit": about.id },
    el("span", { class: "name" }, name),
    el("span", { class: of.length > 30 ? "of long" : "of" }, of, MODES[about.mode] ?? ""),
    el("b", { class: `now ${tone(used) === "bad" ? "bad" : ""}`, "data-figure": about.id }, now),
    used !== null && used !== undefined && bar(used, about.ticks));
}

const usedWords = (used, of) => (used === null || used === undefined ? of : `${of}, ${used >= 1 ? "reached: " : ""}${percent(used, 0)} used`);

const loss = (id, name, told) => limit(name, signed(told.change_ratio), told.used_ratio,
  told.limit_ratio === null ? "no limit" : usedWords(told.used_ratio, `limit ${percent(told.limit_ratio)}`), { id, mode: told.mode });

function fall(id, name, told) {
  const steps = told.steps.map((step) => (step.keep_ratio ? `x${step.keep_ratio} at ${percent(step.at_ratio)}` : `halt at ${percent(step.at_ratio)}`));
  return limit(name, percent(told.drawdown_ratio), told.used_ratio,
    told.halt_ratio === null ? "no limit" : usedWords(told.used_ratio, steps.join(", ")),
    { id, mode: told.mode, ticks: told.steps.map((step) => step.at_ratio / told.halt_ratio) });
}

function share(id, name, now, most, words = percent) {
  const used = now === null || most === null ? null : now / most;
  return limit(name, words(now, 0), used, most === null ? "no limit" : usedWords(used, `limit ${words(most, 0)}`), { id });
}

export function summary(account) {
  const { name, status, trouble, currency } = account;
  const verdict = status ? { healthy: "good", attention: "bad", unknown: "warn" }[status.verdict] : "bad";
  const words = status ? { healthy: "healthy", attention: "needs attention", unknown: "not all is known" }[status.verdict] : "does not answer";
  return [
    title("summary", name, !account.isFleet && el("span", { class: `badge ${verdict}`, id: "verdict" }, words)),
    el("p", { class: "equity", "data-figure": "equity" }, quote(account.equity, currency)),
    el("p", { class: "note" }, account.about),
    trouble && el("p", { class: "trouble" }, TROUBLES[trouble] ?? trouble),
    status?.warnings.length > 0 && el("ul", { class: "warnings" }, status.warnings.map((text) => el("li", {}, text))),
    status?.unknown.length > 0 && el("details", { class: "note" },
      el("summary", { "data-focus": "unknown" }, `${count(status.unknown.length, "figure")} that the bot's API does not tell`), el("p", {}, status.unknown.join(", "))),
  ];
}

export function limits(account) {
  const { status, guard } = account;
  const unknown = el("p", { class: "note" }, "Unknown: it does not answer.");
  const watched = account.day ? el("ul", { class: "limits" },
    loss("day", "Today", account.day),
    status && loss("week", "This week", status.week),
    fall("drawdown", "From the peak", account.drawdown),
    share("gross", "Gross exposure", account.gross, account.mostGross),
    status && limit("Initial margin", quote(status.margin.initial_quote, account.currency), null, "of all positions", { id: "margin" }),
    status && limit("Effective leverage", times(status.margin.effective_leverage), null, "of the account", { id: "leverage" })) : unknown;
  if (account.isFleet) return [title("limits", "Limits of the fleet"), watched];
  return [
    title("limits", "Limits"),
    el("div", { class: "two" },
      el("div", {}, el("h3", {}, "The guardian's"), watched),
      el("div", {}, el("h3", {}, "The bot's own guard's", guard && el("span", { class: account.guardIsOld ? "bad" : "note" }, ` ${account.guardIsOld ? "OLD: of" : "at"} ${moment(guard.time)} UTC`)), guard ? guards(guard) :
        el("p", { class: "note" }, "The week's limit, the ladder, maintenance margin and heat are the guard's alone: name the file of its riskguard status as “status” in the guardian's settings.")))];
}

function guards(guard) {
  const { margin, exposure, bot } = guard;
  const heat = exposure.heat_limit_quote ? exposure.heat_quote / exposure.heat_limit_quote : null;
  return el("ul", { class: "limits" },
    loss("guard-day", "Today", guard.day),
    loss("guard-week", "This week", guard.week),
    fall("guard-drawdown", "Drawdown ladder", guard.drawdown),
    limit("Maintenance margin", percent(margin.maintenance_ratio), margin.maintenance_ratio,
      `of equity, 100 % is liquidation${margin.level ? `: ${margin.level.toUpperCase()}` : ""}`, { id: "guard-margin" }),
    share("guard-leverage", "Effective leverage", margin.effective_leverage, margin.max_leverage, times),
    share("guard-gross", "Gross exposure", exposure.gross_ratio, exposure.max_gross_ratio),
    share("guard-net", "Net exposure", exposure.net_ratio, exposure.max_net_ratio),
    limit("Heat at the stops", quote(exposure.heat_quote, bot.currency), heat,
      exposure.heat_limit_quote === null ? "no limit" : usedWords(heat, `${quote(exposure.heat_limit_quote, bot.currency)} left today`), { id: "guard-heat" }));
}

export function locks(account) {
  const { status, holds, lift } = account;
  const held = holds.map((text) => el("li", { class: "lock halt" },
    el("b", {}, "Held by the guardian"), el("p", {}, text), el("p", { class: "lift" }, `Lifted by: ${lift}`)));
  const told = status?.locks;
  const given = (told ?? []).map((lock) => el("li", { class: `lock ${lock.is_halt ? "halt" : ""}` },
    el("b", {}, `${lock.is_halt ? "Halt" : "Lock"} by ${lock.rule}`), el("span", { class: "note" }, ` ${lock.pair === "*" ? "all pairs" : lock.pair}${lock.side === "both" ? "" : ` ${lock.side}`}`),
    el("p", {}, lock.reason), el("p", { class: "lift" }, `Lifted by: ${lock.lift}`)));
  const all = [...held, ...given];
  return [title("locks", "Locks", el("span", { class: `badge ${all.length ? "bad" : told ? "good" : "warn"}`, id: "lock-count" }, told || all.length ? count(all.length, "lock") : UNKNOWN)),
    all.length ? el("ul", { class: "locks" }, all) : el("p", { class: "note" }, told ? "Nothing is locked: entries are open." : "Nobody tells whether something is locked.")];
}

export function history(account, told, width) {
  const points = told?.points ?? [];
  const marks = (told?.marks ?? []).map((mark) => ({ ...mark, seconds: Date.parse(mark.time) / 1000 }));
  return [
    title("history", "Equity and drawdown", points.length > 0 && el("span", { class: "note" }, `since ${moment(points[0].time * 1000)} UTC`)),
    points.length > 1 && el("p", { class: "legend" }, el("span", { class: "equity" }, "equity"), el("span", { class: "fall" }, "below the peak")),
    accountChart(points, marks, account.currency, width),
    marks.length > 0 && el("ol", { class: "marks", tabindex: "0", "aria-label": "What happened, the latest first" }, marks.reverse().map((mark) => el("li", {},
      el("b", { class: `letter ${mark.kind}` }, MARKS[mark.kind]), el("time", { datetime: mark.time }, moment(mark.time)), ` ${mark.text}`)))];
}

export function positions(account) {
  const held = account.status?.positions;
  if (!held) return [title("positions", "Open positions"), el("p", { class: "note" }, "Unknown: it does not answer.")];
  return [
    title("positions", "Open positions", el("span", { class: "note", "data-figure": "open" }, String(held.length))),
    held.length === 0 && el("p", { class: "note" }, "None."),
    el("div", { class: "positions" }, held.map((one) => position(one, account)))];
}

function position(one, account) {
  const own = account.guard?.positions.find((other) => other.trade_id === one.trade_id);
  const far = (ratio) => (typeof ratio === "number" ? `${percent(ratio)} away` : "");
  const places = [["liquidation", one.liquidation_price, one.liquidation_price === 0 ? "nothing liquidates it" : far(one.liquidation_distance_ratio)],
    ["stop", one.stop_price, one.stop_distance_ratio < 0 ? "PASSED" : far(one.stop_distance_ratio)], ["entry", one.open_rate, ""], ["mark", one.mark, ""]];
  return el("article", { class: "position", "data-trade": one.trade_id },
    el("h3", {}, `${one.pair} `, el("span", { class: one.side }, one.side), ` ${times(one.leverage)}`, el("span", { class: "note" }, ` ${quote(one.notional_quote, account.currency)}`)),
    priceAxis(places),
    el("dl", { class: "places" }, places.map(([name, value, about]) => el("div", {},
      el("dt", {}, shapeOf(name), name), el("dd", {}, el("b", { "data-price": name }, price(value)), about && el("span", { class: "note" }, ` ${about}`))))),
    own && el("p", { class: "note" }, `Margin left ${percent(own.margin_left_ratio, 0)}, cover ${times(own.maintenance_cover)}`),
    own?.warning && el("p", { class: "trouble" }, own.warning));
}

export function exchange(account) {
  const { guard, decisions } = account;
  const found = (decisions ?? []).find((made) => made.rule === "reconciliation");
  const told = guard?.exchange ?? account.status?.exchange;
  const state = told?.state ?? "unknown";
  const kind = { agrees: "good", differs: "bad" }[state] ?? "warn";
  return [title("exchange", "Exchange and bot", el("span", { class: `badge ${kind}`, "data-figure": "exchange" }, state)),
    el("p", {}, told?.text ?? "Nobody tells.", guard && account.guardIsOld && el("b", { class: "bad" }, ` OLD: of ${moment(guard.time)} UTC`)),
    found && el("p", { class: "note" }, `Last noted at ${moment(found.time)}: ${found.reason}`)];
}

export function decisions(account) {
  const made = account.decisions;
  return [title("decisions", "Latest decisions of its guard"),
    !made && el("p", { class: "note" }, "Its journal is not named in the guardian's settings, or cannot be read."),
    made?.length === 0 && el("p", { class: "note" }, "None yet."),
    made?.length > 0 && el("ol", { class: "decisions", tabindex: "0", "aria-label": "Decisions, the latest first" }, made.map((one) => el("li", {},
      el("time", { datetime: one.time }, moment(one.time)), " ", el("b", {}, one.rule), ` ${one.question}${one.is_enforced ? "" : " (only watched)"}`,
      one.pair === "*" ? "" : ` ${one.pair}`, el("p", {}, one.reason))))];
}

export function guardian(view) {
  const { polls, failed_polls: failed, last_poll_seconds: took, every_seconds: every, waiting_messages: waiting, started, events } = view.guardian;
  return [title("guardian", "The guardian"),
    el("p", {}, `${count(polls, "poll")} since ${moment(started)} UTC, one each ${lasted(every)}; the latest took ${took.toFixed(2)} s. ` +
      `${failed ? `${failed} FAILED. ` : ""}${waiting ? `${count(waiting, "message")} not delivered yet.` : ""}`),
    events.length > 0 && el("p", { class: "note" }, `Told: ${events.map((event) => `${event.bot} ${event.what} ${event.count}`).join(", ")}`)];
}
