(function () {
  "use strict";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const boxes = Array.from(document.querySelectorAll("[data-figure]"));

  // The page's colours, light or dark, for everything in a figure that is no data.
  function colours(layout) {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    const found = {
      "font.color": value("--text"),
      "hoverlabel.bgcolor": value("--card"),
      "hoverlabel.bordercolor": value("--line"),
      "hoverlabel.font.color": value("--text"),
    };
    Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key)).forEach((axis) => {
      found[axis + ".gridcolor"] = value("--line");
      found[axis + ".zerolinecolor"] = value("--soft");
      found[axis + ".linecolor"] = value("--line");
    });
    return found;
  }

  function put(layout, path, value) {
    const keys = path.split(".");
    const last = keys.pop();
    keys.reduce((place, key) => (place[key] = place[key] || {}), layout)[last] = value;
  }

  boxes.forEach((box) => {
    const figure = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    Object.entries(colours(figure.layout)).forEach(([path, value]) => put(figure.layout, path, value));
    // A finger on a figure scrolls the page.
    if (window.matchMedia("(pointer: coarse)").matches) figure.layout.dragmode = false;
    Plotly.newPlot(box, figure.data, figure.layout, {
      responsive: true,
      displaylogo: false,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
    });
  });
  dark.addEventListener("change", () => {
    boxes.forEach((box) => Plotly.relayout(box, colours(box.layout)));
  });
})();
