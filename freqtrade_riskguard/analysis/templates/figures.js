// Figures take their colours from the style sheet, so that they follow the page, also in print.
(function () {
  "use strict";
  const PRINTED_WIDTH = 680;
  const touches = window.matchMedia("(pointer: coarse)").matches;
  const boxes = Array.from(document.querySelectorAll("[data-figure]"));

  boxes.forEach((box) => {
    const figure = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    // A finger on a figure scrolls the page.
    if (touches) figure.layout.dragmode = false;
    Plotly.newPlot(box, figure.data, figure.layout, {
      responsive: true,
      displaylogo: false,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
    });
  });

  document.querySelectorAll("[data-scales]").forEach((group) => {
    const box = document.querySelector('[data-figure="' + group.dataset.scales + '"]');
    const buttons = Array.from(group.querySelectorAll("button"));
    group.hidden = false;
    buttons.forEach((button) => button.addEventListener("click", () => {
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
      Plotly.relayout(box, { "yaxis.type": button.dataset.scale, "yaxis.autorange": true });
    }));
  });

  // Paper is narrower than most screens, and a figure does not shrink by itself.
  window.addEventListener("beforeprint", () => {
    boxes.forEach((box) => {
      const width = Math.min(box.clientWidth, PRINTED_WIDTH);
      Plotly.relayout(box, { autosize: false, width: width });
    });
  });
  window.addEventListener("afterprint", () => {
    boxes.forEach((box) => Plotly.relayout(box, { autosize: true, width: null }));
  });
})();
