// Listens to the guardian and shows what it says. Keeps the latest view and one history, nothing else.

import * as show from "./account.js";
import { bar, tone } from "./charts.js";
import { el, fill, title } from "./elements.js";
import { clock, count, lasted, percent, quote, signed } from "./words.js";

const FLEET = "fleet";
const AGAIN_MS = 5000;
// Views that may be missed before it is said.
const MISSED = 3;
const HISTORY_EACH_MS = 10000;
const OLD_MS = 300000;

let view = null, came = 0, history = null, historyAt = -Infinity, told = "";
const live = document.getElementById("live");

function names() {
  return [...(view.fleet ? [FLEET] : []), ...view.bots.map((bot) => bot.name)];
}

function chosen() {
  const all = names();
  let wanted = "";
  try { wanted = decodeURIComponent(location.hash.slice(1)); } catch { /* no name of ours */ }
  if (all.includes(wanted)) return wanted;
  // Where something is wrong comes first.
  return view.bots.find((bot) => bot.status?.verdict === "attention")?.name ?? view.bots[0].name;
}

function accountOf(name) {
  if (name === FLEET && view.fleet) {
    const { fleet } = view;
    return { name: "Fleet", isFleet: true, currency: fleet.currency, equity: fleet.equity_quote, trouble: fleet.trouble, day: fleet.day,
      drawdown: fleet.drawdown, gross: fleet.gross_exposure_ratio, mostGross: fleet.max_gross_ratio, holds: [], status: null, guard: null,
      about: `${count(view.bots.length, "bot")}` };
  }
  const bot = view.bots.find((one) => one.name === name);
  const { status, guard } = bot;
  const words = status ? [status.bot.strategy, status.bot.exchange, status.bot.margin_mode, status.bot.trading, status.bot.state] : ["its figures are unknown until it answers again"];
  const guardIsOld = guard && Date.parse(view.time) - Date.parse(guard.time) > OLD_MS;
  return { name, status, guard, guardIsOld, trouble: bot.trouble, holds: bot.holds, lift: bot.lift, currency: status?.bot.currency ?? "", equity: status?.equity.equity_quote,
    day: status?.day, drawdown: status?.drawdown, gross: status?.exposure.gross_ratio ?? null, mostGross: status?.exposure.max_gross_ratio ?? null,
    decisions: bot.last_decisions ?? guard?.decisions ?? null, about: words.filter(Boolean).join(", ") };
}

function row(name, chosenName) {
  const account = accountOf(name);
  const locks = account.status?.locks;
  const link = el("a", { href: `#${encodeURIComponent(name)}`, "data-focus": name, "aria-current": name === chosenName ? "true" : null }, account.name);
  const state = account.isFleet ? account.about : account.status ? account.status.bot.state ?? "" : "no answer";
  const cell = (value, attributes = {}) => el("td", attributes, value);
  return el("tr", { "data-bot": name, class: name === chosenName ? "chosen" : "" }, el("th", { scope: "row" }, link),
    cell(account.trouble ?? state, { class: account.trouble ? "bad" : "" }),
    cell(quote(account.equity, account.currency), { class: "number", "data-figure": "equity" }),
    cell(account.day ? [signed(account.day.change_ratio), " ", bar(account.day.used_ratio)] : "unknown", { class: `number ${tone(account.day?.used_ratio)}` }),
    cell(percent(account.drawdown?.drawdown_ratio), { class: "number wide" }),
    cell(percent(account.gross, 0), { class: "number wide" }),
    cell(account.isFleet ? "" : locks ? String(locks.length + account.holds.length) : "unknown", { class: "number" }));
}

function drawBots(name) {
  const heads = [["Bot", ""], ["State", ""], ["Equity", "number"], ["Today", "number"], ["Drawdown", "number wide"], ["Gross", "number wide"], ["Locks", "number"]];
  fill("bots", [name, view.bots, view.fleet], () => [
    title("bots", view.fleet ? "Fleet and bots" : "Bot"),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table of bots" }, el("table", {},
      el("thead", {}, el("tr", {}, heads.map(([text, kind]) => el("th", { scope: "col", class: kind }, text)))),
      el("tbody", {}, names().map((one) => row(one, name)))))]);
}

function drawHistory(name, account) {
  const width = Math.max(280, document.getElementById("history").clientWidth - 32);
  const of = history?.name === name ? history : null;
  fill("history", [name, of, width, account.currency], () => show.history(account, of, width));
}

function draw() {
  if (!view) return;
  const name = chosen(), account = accountOf(name);
  for (const id of ["bots", "account"]) document.getElementById(id).hidden = false;
  drawBots(name);
  for (const part of ["summary", "locks", "limits", "positions", "exchange", "decisions"]) {
    const place = document.getElementById(part);
    place.hidden = account.isFleet === true && !["summary", "limits"].includes(part);
    if (!place.hidden) fill(part, account, () => show[part](account));
  }
  drawHistory(name, account);
  fill("guardian", view.guardian, () => show.guardian(view));
  // Said aloud only when it changes.
  const locked = view.bots.filter((bot) => bot.status?.locks?.length || bot.holds.length || bot.trouble).map((bot) => bot.name);
  const news = locked.length ? `Needs attention: ${locked.join(", ")}` : "Nothing is locked";
  if (news !== told) document.getElementById("news").textContent = told = news;
  document.title = `${locked.length ? `(${locked.length}) ` : ""}RiskGuard`;
}

async function fetchHistory() {
  const name = chosen();
  if (history?.name === name && performance.now() - historyAt < HISTORY_EACH_MS) return;
  historyAt = performance.now();
  try {
    const answer = await fetch(`api/history?of=${encodeURIComponent(name)}`);
    if (!answer.ok) return;
    const found = await answer.json();
    // Another bot may have been chosen meanwhile.
    if (chosen() === found.name) history = found;
    draw();
  } catch { /* the stream says whether the guardian is there */ }
}

function sayHow(text, kind) {
  if (live.textContent !== text) live.textContent = text;
  live.className = `live ${kind}`;
}

function listen() {
  const source = new EventSource("api/events");
  source.addEventListener("open", () => { historyAt = -Infinity; });
  source.addEventListener("view", (event) => {
    view = JSON.parse(event.data);
    came = performance.now();
    sayHow(`live, ${clock(view.time)} UTC`, "good");
    draw();
    fetchHistory();
  });
  source.addEventListener("error", () => {
    sayHow(view ? `no connection to the guardian: what stands here is of ${clock(view.time)} UTC` : "no connection to the guardian", "bad");
    // A refusal ends the stream for good: too many listen, or a proxy speaks.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  });
}

setInterval(() => {
  if (!view) return;
  const silent = (performance.now() - came) / 1000;
  if (silent > MISSED * view.guardian.every_seconds + 5) sayHow(`nothing new for ${lasted(silent)}: what stands here is of ${clock(view.time)} UTC`, "bad");
}, 1000);
addEventListener("hashchange", () => { draw(); if (view) fetchHistory(); });
let resized = 0;
addEventListener("resize", () => { cancelAnimationFrame(resized); resized = requestAnimationFrame(draw); });
listen();
