// Figures take their colours from the style sheet, so that they follow the page, also in print.
(function () {
  "use strict";
  const PRINTED_WIDTH = 680;
  const touches = window.matchMedia("(pointer: coarse)").matches;
  const boxes = Array.from(document.querySelectorAll("[data-figure]"));

  function draw(box) {
    if (box.classList.contains("js-plotly-plot")) return;
    const figure = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    // A finger on a figure scrolls the page.
    if (touches) figure.layout.dragmode = false;
    Plotly.newPlot(box, figure.data, figure.layout, {
      responsive: true,
      displaylogo: false,
      // One of them would send the figure to a service.
      modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d"],
    });
  }

  // Each is drawn before it comes into sight: the page opens at once, however many there are.
  const watcher = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      watcher.unobserve(entry.target);
      draw(entry.target);
    });
  }, { rootMargin: "600px" });
  boxes.forEach((box) => watcher.observe(box));

  document.querySelectorAll("[data-scales]").forEach((group) => {
    const box = document.querySelector('[data-figure="' + group.dataset.scales + '"]');
    const buttons = Array.from(group.querySelectorAll("button"));
    group.hidden = false;
    buttons.forEach((button) => button.addEventListener("click", () => {
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
      draw(box);
      Plotly.relayout(box, { "yaxis.type": button.dataset.scale, "yaxis.autorange": true });
    }));
  });

  // Paper is narrower than most screens, and a figure does not shrink by itself.
  window.addEventListener("beforeprint", () => {
    boxes.forEach((box) => {
      draw(box);
      const width = Math.min(box.clientWidth, PRINTED_WIDTH);
      Plotly.relayout(box, { autosize: false, width: width });
    });
  });
  window.addEventListener("afterprint", () => {
    boxes.forEach((box) => Plotly.relayout(box, { autosize: true, width: null }));
  });
})();
