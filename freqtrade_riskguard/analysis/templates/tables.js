// Tables of many rows: sorted, filtered and turned in leaves from the data beside them, so that
// thousands of rows are as fast as ten.
(function () {
  "use strict";
  const LEAF = 25;
  const MISSING = "–";
  const number = (digits) => {
    const format = new Intl.NumberFormat("en", {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    return (value) => format.format(value);
  };
  const whole = number(0), tenth = number(1), hundredth = number(2), fine = number(6);
  const format = {
    time: (minutes) => new Date(minutes * 60000).toISOString().slice(0, 16).replace("T", " "),
    minutes: (minutes) => {
      const all = Math.round(minutes);
      const days = Math.floor(all / 1440), hours = Math.floor(all / 60) % 24, rest = all % 60;
      if (days) return days + " d " + hours + " h";
      return hours ? hours + " h " + rest + " min" : rest + " min";
    },
    count: whole,
    leverage: (value) => String(Number(value.toFixed(2))) + "x",
    money: (value) => (value !== 0 && Math.abs(value) < 0.01 ? fine : hundredth)(value),
    percent: (value) => {
      const size = Math.abs(100 * value);
      return (size >= 1000 ? whole : size >= 10 ? tenth : hundredth)(100 * value) + " %";
    },
    number: hundredth,
  };
  const isText = (kind) => kind === "name" || kind === "time";

  // The places of names in alphabetical order: rows are sorted by numbers only.
  function ranks(names) {
    const order = names.map((_, place) => place);
    order.sort((a, b) => names[a].localeCompare(names[b], "en", { numeric: true }));
    const found = [];
    order.forEach((place, rank) => { found[place] = rank; });
    return found;
  }

  function draw(box) {
    const data = JSON.parse(document.getElementById(box.dataset.table).textContent);
    const heads = Array.from(box.querySelectorAll("th"));
    const body = box.querySelector("tbody");
    const status = box.querySelector("[data-status]");
    const search = box.querySelector("input");
    const tools = box.querySelectorAll("[data-tools]");
    const steps = Array.from(box.querySelectorAll("[data-step]"));
    const columns = data.columns.map((column) => ({
      ...column,
      rank: column.names && ranks(column.names),
      folded: column.names && column.names.map((name) => name.toLowerCase()),
    }));
    let rows = data.rows, sort = data.sort, descending = data.descending, first = 0;

    function key(row) {
      const value = row[sort], rank = columns[sort].rank;
      return value === null || !rank ? value : rank[value];
    }

    function arrange() {
      const words = search ? search.value.trim().toLowerCase().split(/\s+/).filter(Boolean) : [];
      const matches = words.map((word) => columns.map(
        (column) => column.folded && new Set(column.folded.flatMap(
          (name, place) => (name.includes(word) ? [place] : [])))));
      rows = data.rows.filter((row) => matches.every(
        (found) => found.some((places, column) => places && places.has(row[column]))));
      const way = descending ? -1 : 1;
      rows.sort((one, other) => {
        const a = key(one), b = key(other);
        // What is not known comes last in either direction.
        if (a === null || b === null) return (a === null) - (b === null);
        return way * (a - b);
      });
      first = 0;
      show();
    }

    function cell(value, column, place) {
      const element = document.createElement(place === 0 ? "th" : "td");
      if (place === 0) element.scope = "row";
      const named = column.kind === "name";
      element.textContent = value === null ? MISSING
        : named ? column.names[value] : format[column.kind](value);
      if (!isText(column.kind)) element.className = "number";
      if (named && element.textContent.length > 40) element.className = "long";
      if (column.kind === "time") element.className = "time";
      if (column.kind === "money" && value) element.classList.add(value > 0 ? "gain" : "loss");
      return element;
    }

    function show() {
      const shown = rows.slice(first, first + LEAF);
      body.replaceChildren(...shown.map((row) => {
        const line = document.createElement("tr");
        line.append(...row.map((value, place) => cell(value, columns[place], place)));
        return line;
      }));
      heads.forEach((head, place) => head.setAttribute("aria-sort",
        place !== sort ? "none" : descending ? "descending" : "ascending"));
      const until = first + shown.length;
      const all = rows.length === data.rows.length ? "" : " (filtered from "
        + whole(data.rows.length) + ")";
      status.textContent = shown.length
        ? whole(first + 1) + " to " + whole(until) + " of " + whole(rows.length) + all
        : "No row matches.";
      steps.forEach((step) => {
        step.disabled = step.dataset.step < 0 ? first === 0 : until >= rows.length;
      });
    }

    heads.forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        // Names and times from the first, amounts from the largest; then the other way.
        descending = place === sort ? !descending : !isText(columns[place].kind);
        sort = place;
        arrange();
      });
    });
    steps.forEach((step) => step.addEventListener("click", () => {
      first += Number(step.dataset.step) * LEAF;
      show();
    }));
    if (search) search.addEventListener("input", arrange);
    // What fits on one leaf needs neither search nor steps.
    tools.forEach((tool) => { tool.hidden = data.rows.length <= LEAF; });
    arrange();
  }

  document.querySelectorAll("[data-table]").forEach(draw);

  document.querySelectorAll("[data-runs]").forEach((group) => {
    const buttons = Array.from(group.querySelectorAll("button"));
    function choose(button) {
      buttons.forEach((each) => {
        each.setAttribute("aria-pressed", String(each === button));
        document.getElementById(each.dataset.run).hidden = each !== button;
      });
    }
    group.hidden = false;
    buttons.forEach((button) => button.addEventListener("click", () => choose(button)));
    choose(buttons[0]);
  });
})();
