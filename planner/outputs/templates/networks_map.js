// The switch between the maps of several networks: each is a page in a frame of its own, made when
// it is first shown, and all keep the same view.
(function () {
  "use strict";

  const pages = JSON.parse(document.getElementById("maps").textContent);
  const buttons = Array.from(document.querySelectorAll("button[data-network]"));
  const frames = [];
  let shown = null;

  function mapOf(frame) {
    const inside = frame && frame.contentWindow;
    if (!inside || !inside.L) return null;
    const name = Object.keys(inside).find(function (key) {
      return key.startsWith("map_") && inside[key] instanceof inside.L.Map;
    });
    return name ? inside[name] : null;
  }

  function sameView(from, to) {
    const seen = mapOf(from);
    const other = mapOf(to);
    if (seen && other) other.setView(seen.getCenter(), seen.getZoom(), { animate: false });
  }

  function english() { return document.body.classList.contains("plan-en"); }

  function inLanguage(frame) {
    const inside = frame && frame.contentWindow;
    if (inside && inside.plan) inside.plan.setLanguage(english() ? "en" : "zh");
  }

  document.getElementById("language").addEventListener("click", function () {
    document.body.classList.toggle("plan-en");
    document.documentElement.lang = english() ? "en" : "zh-CN";
    frames.forEach(inLanguage);
  });

  function show(number) {
    const before = shown === null ? null : frames[shown];
    if (!frames[number]) {
      const frame = document.createElement("iframe");
      frame.title = buttons[number].textContent;
      frame.addEventListener("load", function () {
        sameView(before, frame);
        inLanguage(frame);
        // One switch of the language, for all networks: that of this page.
        const own = frame.contentDocument.getElementById("plan-language");
        if (own) own.remove();
      });
      frame.srcdoc = pages[number];
      document.querySelector("main").append(frame);
      frames[number] = frame;
    } else if (number !== shown) {
      sameView(before, frames[number]);
    }
    shown = number;
    // A hidden map keeps its size, so that its view can be set.
    frames.forEach(function (frame, row) {
      frame.style.visibility = row === number ? "visible" : "hidden";
    });
    buttons.forEach(function (button, row) {
      button.setAttribute("aria-pressed", String(row === number));
    });
  }

  buttons.forEach(function (button, number) {
    button.addEventListener("click", function () { show(number); });
  });
  if (pages.length) show(0);
})();
