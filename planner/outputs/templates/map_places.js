// Priority places: a sign for each class; its colour shows whether the place is served in the
// slider's month, or by the whole plan if there is no slider.
(function () {
  "use strict";

  const SERVED = {
    baseline: ["建设前已服务", "served before the plan"],
    plan: ["规划新增服务", "served by the plan"],
    no: ["未服务", "not served"],
    yet: ["尚未服务", "not served yet"],
  };

  function servedBy(place, step) {
    return place.served === "no" || place.step <= step ? place.served : "yet";
  }

  function card(place, step) {
    const box = plan.element("div", "plan-popup");
    const served = SERVED[servedBy(place, step)];
    box.append(
      plan.element("div", "plan-popup-kind", plan.both(place.class_zh, place.class_en)),
      plan.element("div", "plan-popup-title", plan.both(place.name_zh || place.name || "–", place.name || place.name_zh || "–")),
    );
    const table = plan.element("table");
    [
      ["服务", "Service", plan.both(served[0], served[1])],
      ["服务基站", "Served by", place.served_by || "–"],
      ["开始服务月份", "Served from", place.served_month],
      ["要求日期", "Due", place.date || "–"],
      ["纬度，经度", "Latitude, longitude", place.lat.toFixed(5) + ", " + place.lon.toFixed(5)],
    ].filter(function (row) { return row[2]; }).forEach(function (row) {
      const line = plan.element("tr");
      line.append(plan.element("th", "", plan.both(row[0], row[1])), plan.element("td", "", row[2]));
      table.append(line);
    });
    box.append(table);
    return box;
  }

  function look(sign, colour, filled) {
    sign.style.cssText =
      "width:17px;height:17px;border-radius:50%;text-align:center;font:bold 11px/17px sans-serif;" +
      (filled
        ? "box-shadow:0 0 0 1.5px #fff,0 1px 3px rgba(0,0,0,.4);color:#fff;background:" + colour
        : "box-shadow:0 0 0 2px " + colour + ";background:#fff;color:" + colour);
  }

  window.planPlaces = function (data) {
    const group = L.layerGroup();
    let shown = Infinity;
    const signs = data.places.map(function (place) {
      const sign = plan.element("div", "plan-sign", place.sign);
      const icon = L.divIcon({ html: sign, className: "plan-place-sign", iconSize: [17, 17] });
      sign.dataset.name = place.name || place.name_zh || "";
      L.marker([place.lat, place.lon], { icon: icon, pane: data.pane, keyboard: false })
        .bindPopup(function () { return card(place, shown); }, { maxWidth: 340, className: "plan-popup-frame" })
        .addTo(group);
      return sign;
    });
    group.places = data.places;
    // Smaller where a whole province is seen, so that they leave its coverage in sight.
    group.on("add remove", function (event) {
      const map = event.target._map || group.ownMap;
      if (!map) return;
      group.ownMap = map;
      map[event.type === "add" ? "on" : "off"]("zoomend", fit);
      fit();
    });
    function fit() {
      group.ownMap.getPane(data.pane).classList.toggle("plan-far", group.ownMap.getZoom() < 9);
    }
    // The month of the slider until whose end places count as served.
    group.showMonth = function (row, whole) {
      const step = shown = whole ? Infinity : row.step;
      data.places.forEach(function (place, row) {
        const served = servedBy(place, step);
        look(signs[row], data.colours[served] || data.colours.no, served === "baseline" || served === "plan");
      });
    };
    group.showMonth(null, true);
    return group;
  };
})();
