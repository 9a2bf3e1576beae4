// Priority places: a sign for each class, its colour says whether it is served.
(function () {
  "use strict";

  const SERVED = {
    baseline: "原已服务 served before the plan",
    plan: "规划后服务 served by the plan",
    no: "未服务 not served",
  };

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function card(place) {
    const box = element("div", "plan-popup");
    box.append(
      element("div", "plan-popup-kind", place.class_zh + " " + place.class_en),
      element("div", "plan-popup-title", [place.name_zh, place.name].filter(Boolean).join(" ") || "–")
    );
    const table = element("table");
    [
      ["服务", "Service", SERVED[place.served]],
      ["服务基站", "Served by", place.served_by || "–"],
      ["要求日期", "Due", place.date || "–"],
    ].forEach(function (row) {
      const line = element("tr");
      const head = element("th");
      head.append(element("span", "", row[0]), " ", element("small", "", row[1]));
      line.append(head, element("td", "", row[2]));
      table.append(line);
    });
    box.append(table);
    return box;
  }

  window.planPlaces = function (data) {
    const group = L.layerGroup();
    data.places.forEach(function (place) {
      const sign = element("div", "plan-sign", place.sign);
      const colour = data.colours[place.served];
      sign.style.cssText =
        "width:17px;height:17px;border-radius:50%;text-align:center;font:bold 11px/17px sans-serif;" +
        "box-shadow:0 0 0 1.5px #fff,0 1px 3px rgba(0,0,0,.4);color:#fff;background:" + colour;
      if (place.served === "no") {
        sign.style.background = "#fff";
        sign.style.color = colour;
        sign.style.boxShadow = "0 0 0 2px " + colour;
      }
      const icon = L.divIcon({ html: sign, className: "plan-place-sign", iconSize: [17, 17] });
      const title = [place.name_zh, place.name].filter(Boolean).join(" ");
      L.marker([place.lat, place.lon], { icon: icon, pane: data.pane, title: title, keyboard: false })
        .bindPopup(function () { return card(place); }, { maxWidth: 340, className: "plan-popup-frame" })
        .addTo(group);
    });
    return group;
  };
})();
