// The build-out on the map: a slider over the months shows the stations in service by then, what
// they cover, the share covered in each zone, and the places served.
(function () {
  "use strict";

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function number(value) {
    return Math.round(value).toLocaleString("en-US");
  }

  window.planBuildOut = function (map, layers, data) {
    const stations = layers.stations;
    const raw = atob(data.rank);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    stations.setRanks(new Uint32Array(bytes.buffer));

    const box = element("div", "plan-rollout");
    box.id = "plan-rollout";
    const head = element("div", "plan-rollout-head");
    const month = element("b");
    month.id = "plan-rollout-month";
    head.append(element("span", "", "建设时序 Build-out"), month);
    const slider = element("input");
    slider.type = "range";
    slider.min = 0;
    slider.max = data.months.length - 1;
    slider.step = 1;
    slider.value = data.months.length - 1;
    slider.id = "plan-rollout-slider";
    slider.setAttribute("aria-label", "Month of the build-out 建设月份");
    const state = element("div", "plan-rollout-state");
    state.id = "plan-rollout-state";
    box.append(head, slider, state);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    map.getContainer().append(box);

    // The zone's pop-up and tip read the month's share from the feature.
    function showZones(row, last) {
      layers.zones.eachLayer(function (zone) {
        const at = zone.feature.properties.row;
        zone.setStyle({ fillColor: data.colours[row.zone_colour[at]] });
        zone.feature.properties.month = last ? null : { name: row.month, share: row.zone_share[at] };
      });
    }

    let asked = 0;
    function show() {
      const step = Number(slider.value);
      const row = data.months[step];
      month.textContent = row.month;
      slider.setAttribute("aria-valuetext", row.month);
      const share = Math.min(99.95, 100 * row.people / data.population);
      const all = data.population - row.people < 0.5;
      state.textContent =
        "新建 " + number(row.stations) + " / " + number(data.stations) + " new stations · 覆盖 " +
        (all ? "100" : share.toFixed(1)) + "\u00a0%: " + number(row.people) + " residents · 中位数 median";
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(function () {
        stations.showUntil(row.stations);
        layers.coverage.showUntil(row.mark);
        showZones(row, row.stations === data.stations);
        if (layers.places) layers.places.showStep(step);
      });
    }
    slider.addEventListener("input", show);
    show();
  };
})();
