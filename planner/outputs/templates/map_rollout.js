// The build-out on the map: a slider over the months; fills, stations, places, headline and zone
// table follow it.
(function () {
  "use strict";

  const NAMES = { whole: ["全部建成", "whole plan"] };

  window.planBuildOut = function (map, followers, data) {
    plan.months = data.months;
    const box = plan.element("div", "plan-rollout");
    box.id = "plan-rollout";
    const head = plan.element("div", "plan-rollout-head");
    const month = plan.element("b");
    month.id = "plan-rollout-month";
    head.append(plan.both("建设时序", "Build-out"), month);
    const slider = plan.element("input");
    slider.type = "range";
    slider.min = 0;
    slider.max = data.months.length - 1;
    slider.step = 1;
    slider.value = slider.max;
    slider.id = "plan-rollout-slider";
    plan.name(slider, "建设月份", "Month of the build-out");
    const state = plan.element("div", "plan-rollout-state");
    state.id = "plan-rollout-state";
    box.append(head, slider, state);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    map.getContainer().append(box);
    plan.startHome(); // The slider takes room of its own.

    // What the page says of the whole plan, to say it again at the end.
    const whole = new Map();
    document.querySelectorAll("[data-figure], [data-zone-share], [data-zone-stations], #plan-when").forEach(function (node) {
      whole.set(node, Array.from(node.childNodes, function (child) { return child.cloneNode(true); }));
    });
    const bar = document.getElementById("plan-bar");
    const wholeBar = bar && bar.style.width;

    function say(node, zh, en) { if (node) node.replaceChildren(plan.both(zh, en)); }
    function figure(key) { return document.querySelector('[data-figure="' + key + '"]'); }

    function headline(row, end) {
      if (end) {
        whole.forEach(function (children, node) {
          node.replaceChildren(...children.map(function (child) { return child.cloneNode(true); }));
        });
        if (bar) bar.style.width = wholeBar;
        return;
      }
      const share = row.people / data.population;
      const left = plan.people(Math.max(0, data.population - row.people));
      const money = plan.money(row.cost);
      say(figure("share"), plan.percent(share, data.population), plan.percent(share, data.population));
      say(figure("stations"), plan.number(row.stations), plan.number(row.stations));
      say(figure("uncovered"), left[0], left[1]);
      if (money) say(figure("cost"), money[0], money[1]);
      say(document.getElementById("plan-when"), row.month + " 月末（中位数）", "at the end of " + row.month + " (median)");
      if (bar) bar.style.width = 100 * share + "%";
      document.querySelectorAll("[data-zone-share]").forEach(function (node, at) {
        const zone = plan.config.zones[at];
        node.textContent = plan.percent(row.zone_share[at], zone.population);
      });
      document.querySelectorAll("[data-zone-stations]").forEach(function (node, at) {
        node.textContent = plan.number(row.zone_stations[at]);
      });
    }

    let asked = 0;
    function show() {
      const row = data.months[Number(slider.value)];
      const end = row.stations === data.stations;
      const name = NAMES[row.month] || [row.month, row.month];
      say(month, name[0], name[1]);
      slider.setAttribute("aria-valuetext", plan.word(name[0], name[1]));
      const share = plan.percent(end ? plan.share : row.people / data.population, data.population);
      const built = plan.number(row.stations) + " / " + plan.number(data.stations);
      say(state, "新建基站 " + built + "，获得服务 " + share, built + " new stations, " + share + " of people served");
      plan.shownMonth = end ? null : row;
      headline(row, end);
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(function () {
        followers.forEach(function (layer) { layer.showMonth(row, end); });
      });
    }
    slider.addEventListener("input", show);
    show();
  };
})();
