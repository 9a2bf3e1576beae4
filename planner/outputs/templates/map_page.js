// Everything around the layers: place names, pop-ups, panels, scale, first view.
// Everything that comes from data enters the page as text nodes, never as markup.
(function () {
  "use strict";

  const PHONE = "(max-width: 700px)";
  const SMALL = "(max-width: 960px), (max-height: 560px)";
  const HIT_PX = 8;
  const STEPS = [0.5, 0.375, 0.625, 0.25, 0.75, 0.125, 0.875, 0, 1];
  const SHIFTS = STEPS.flatMap(function (right) {
    return STEPS.map(function (down) { return [right, down]; });
  });
  const SIGN_PX = 10; // half the side of a sign with its rim
  const NAME_SHIFTS = [[0, 0], [0, 1], [0, -1], [0, 1.6], [0, -1.6], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1]];
  const ROLE_NAMES = [
    ["存量基站", "Baseline station"],
    ["新建基站", "New station"],
    ["必建基站", "Must-have station"],
  ];

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function number(value, digits) {
    if (value === null || value === undefined || !isFinite(value)) return "–";
    return value.toLocaleString("en-US", {
      minimumFractionDigits: digits || 0,
      maximumFractionDigits: digits || 0,
    });
  }

  // As planner.number_text.percent: 100 only if it is all of the people, 0 only if it is none.
  function percent(share, of) {
    if (share === null || !isFinite(share)) return "–";
    if (share > 0 && share < 0.0005) return "< 0.1\u00a0%";
    if (share >= 0.9995 && (1 - share) * of >= 0.5) return "> 99.9\u00a0%";
    if (share >= 0.9995 && of !== undefined) return "100\u00a0% (model)";
    return number(share * 100, 1) + "\u00a0%";
  }

  function bothNames(zh, en) {
    return zh && en && zh !== en ? zh + " " + en : zh || en || "–";
  }

  function card(kindZh, kindEn, titleZh, titleEn, rows) {
    const box = element("div", "plan-popup");
    const kind = element("div", "plan-popup-kind");
    kind.append(element("span", "", kindZh), " ", element("span", "", kindEn));
    const title = element("div", "plan-popup-title", titleZh);
    if (titleEn && titleEn !== titleZh) title.append(" ", element("small", "", titleEn));
    const table = element("table");
    rows.forEach(function (row) {
      const line = element("tr");
      const head = element("th");
      head.append(element("span", "", row[0]), " ", element("small", "", row[1]));
      line.append(head, element("td", "", row[2]));
      table.append(line);
    });
    box.append(kind, title, table);
    return box;
  }

  // Positions of the signs of places, in pixels of the layers.
  function signBoxes(map) {
    const pane = map.getPane("plan-places");
    return Array.from(pane ? pane.querySelectorAll(".plan-place-sign") : [], function (sign) {
      const middle = L.DomUtil.getPosition(sign);
      return L.bounds(middle.subtract([SIGN_PX, SIGN_PX]), middle.add([SIGN_PX, SIGN_PX]));
    });
  }

  // Names of the zones, the most populous first, each only where it overlaps no other; above or
  // below its point if a sign of a place is there.
  L.PlaceNames = L.Layer.extend({
    initialize: function (places, pane) {
      L.setOptions(this, { pane: pane });
      this._markers = places.map(function (place) {
        const label = element("div", "plan-place");
        if (place.zh) label.append(element("b", "", place.zh));
        if (place.en && place.en !== place.zh) label.append(element("span", "", place.en));
        const icon = L.divIcon({ html: label, className: "plan-place-anchor", iconSize: [0, 0] });
        return L.marker([place.lat, place.lon], { icon: icon, interactive: false, keyboard: false, pane: pane });
      });
    },
    onAdd: function (map) {
      this._markers.forEach(function (marker) { marker.addTo(map); });
      this._spread();
    },
    onRemove: function () {
      this._markers.forEach(function (marker) { marker.remove(); });
    },
    getEvents: function () {
      return {
        zoomend: this._spread, resize: this._spread,
        overlayadd: this._spread, overlayremove: this._spread,
      };
    },
    _spread: function () {
      const map = this._map;
      const placed = [];
      const signs = signBoxes(map);
      function free(box, taken) {
        return !taken.some(function (other) { return other.intersects(box); });
      }
      this._markers.forEach(function (marker) {
        const label = marker.getElement().firstChild;
        label.style.display = "";
        const middle = map.latLngToLayerPoint(marker.getLatLng());
        const half = L.point(label.offsetWidth / 2 + 3, label.offsetHeight / 2 + 2);
        const tries = NAME_SHIFTS.map(function (shift) {
          const at = middle.add([shift[0] * half.x, shift[1] * half.y]);
          return { shift: shift, box: L.bounds(at.subtract(half), at.add(half)) };
        }).filter(function (one) { return free(one.box, placed); });
        const chosen = tries.find(function (one) { return free(one.box, signs); }) || tries[0];
        label.style.display = chosen ? "" : "none";
        if (!chosen) return;
        placed.push(chosen.box);
        label.style.marginLeft = chosen.shift[0] * half.x + "px";
        label.style.marginTop = chosen.shift[1] * half.y + "px";
      });
    },
  });

  function stationCard(found, labels) {
    const role = ROLE_NAMES[found.role];
    const rows = [
      [labels.order.zh, labels.order.en, number(found.order)],
      ["地区", "Zone", bothNames(found.zone.zh, found.zone.en)],
      [labels.area_class.zh, labels.area_class.en, bothNames(found.areaClass.zh, found.areaClass.en)],
      [labels.radius_m.zh, labels.radius_m.en, number(found.areaClass.radius_m) + " m"],
      [labels.people_gained.zh, labels.people_gained.en, number(found.gained)],
    ];
    if (found.areaClass.equipment) {
      rows.push([labels.equipment.zh, labels.equipment.en, found.areaClass.equipment]);
    }
    if (found.name) rows.unshift([labels.name.zh, labels.name.en, found.name]);
    if (found.modelled) rows.push([labels.origin.zh, labels.origin.en, "模型布设 placed by the model"]);
    if (!found.useful) rows.push([labels.useful.zh, labels.useful.en, "否 no"]);
    return card(role[0], role[1], found.id, "", rows);
  }

  // ``month``: name and covered share of the build-out's month, if the slider shows one.
  function zoneCard(zone, labels, month) {
    const rows = [
      [labels.population.zh, labels.population.en, number(zone.population)],
      [labels.covered_share.zh, labels.covered_share.en, percent(zone.covered_share, zone.population)],
      [labels.covered_baseline_share.zh, labels.covered_baseline_share.en, percent(zone.covered_baseline_share, zone.population)],
      [labels.stations_existing.zh, labels.stations_existing.en, number(zone.stations_existing)],
      [labels.stations_new.zh, labels.stations_new.en, number(zone.stations_new)],
    ];
    if (month) rows.splice(1, 0, [month.name + " 覆盖率（中位数）", "Coverage then, median", percent(month.share, zone.population)]);
    return card("地区 · " + zone.adcode, "Zone", zone.name_zh || zone.name_en, zone.name_en, rows);
  }

  function gapCard(gap, labels) {
    const title = "第 " + number(gap.rank) + " 位";
    const county = gap.county_zh ? [[labels.county_zh.zh, labels.county_zh.en, gap.county_zh]] : [];
    return card("覆盖空洞", "Gap", title, "No. " + number(gap.rank), [
      ["地区", "Zone", bothNames(gap.zone_zh, gap.zone_en)],
      ...county,
      [labels.people.zh, labels.people.en, number(gap.people)],
      [labels.area_km2.zh, labels.area_km2.en, number(gap.area_km2, 2) + " km²"],
      ["位置", "Position", gap.lat.toFixed(4) + ", " + gap.lon.toFixed(4)],
    ]);
  }

  // One answer to "what lies here": a station before a gap, a gap before a zone.
  function inspect(map, parts, config) {
        const tip = L.tooltip({ className: "plan-tip", direction: "top", offset: [0, -8], opacity: 1 });
    const reach = L.circle([0, 0], { className: "plan-reach", interactive: false, pane: "plan-gaps" });
    let under = null;
    let clicked = null;

    function watch(layer, rows, tipOf, cardOf) {
      layer.on("mouseover", function (event) {
        const shown = event.layer.feature.properties;
        under = tipOf(rows[shown.row], shown.month);
      });
      layer.on("mouseout", function () { under = null; });
      layer.on("click", function (event) {
        const shown = event.layer.feature.properties;
        clicked = cardOf(rows[shown.row], shown.month);
      });
    }
    watch(
      parts.zones, config.zones,
      function (zone, month) {
        const share = percent(month ? month.share : zone.covered_share, zone.population);
        return bothNames(zone.name_zh, zone.name_en) + " · " + share + (month ? " · " + month.name : "");
      },
      function (zone, month) { return zoneCard(zone, config.labels.zones, month); },
    );
    watch(
      parts.gaps, config.gaps,
      function (gap) { return "空洞 Gap " + number(gap.rank) + " · " + number(gap.people) + " 人 residents"; },
      function (gap) { return gapCard(gap, config.labels.gaps); },
    );

    map.on("mousemove", function (event) {
      const station = parts.stations.nearest(event.containerPoint, HIT_PX);
      map.getContainer().classList.toggle("plan-over", Boolean(station || under));
      if (!station && !under) {
        tip.remove();
        return;
      }
      tip.setLatLng(station ? station.latlng : event.latlng);
      const text = station ? station.id + " · " + ROLE_NAMES[station.role].join(" ") : under;
      tip.setContent(element("span", "", text));
      if (!map.hasLayer(tip)) tip.addTo(map);
    });
    map.on("mouseout", function () { tip.remove(); });

    map.on("click", function (event) {
      const station = parts.stations.nearest(event.containerPoint, HIT_PX);
      const picked = clicked;
      clicked = null;
      tip.remove();
      if (station) {
        if (station.areaClass.radius_m) {
          reach.setLatLng(station.latlng).setRadius(station.areaClass.radius_m).addTo(map);
        }
        openPopup(stationCard(station, config.labels.stations), station.latlng);
      } else if (picked) {
        openPopup(picked, event.latlng);
      }
    });
    map.on("popupclose", function () { reach.remove(); });

    function openPopup(content, latlng) {
      L.popup({ maxWidth: 340, className: "plan-popup-frame" })
        .setLatLng(latlng).setContent(content).openOn(map);
    }
  }

  function panel(position, node) {
    const control = new L.Control({ position: position });
    control.onAdd = function () {
      L.DomEvent.disableClickPropagation(node);
      L.DomEvent.disableScrollPropagation(node);
      return node;
    };
    return control;
  }

  // The layer control gets a heading that folds it. On a phone it is at the bottom, and only
  // one of it and the title is open at a time.
  function dressLayerControl(control, title, phone, folded) {
    control.setPosition(phone ? "bottomright" : "topright");
    const box = control.getContainer();
    const button = element("button", "plan-fold");
    button.type = "button";
    button.append(element("b", "", "图层"), " ", element("span", "", "Layers"));
    function fold(shut) {
      box.classList.toggle("plan-folded", shut);
      button.setAttribute("aria-expanded", String(!shut));
    }
    button.addEventListener("click", function () {
      fold(!box.classList.contains("plan-folded"));
      if (phone && !box.classList.contains("plan-folded")) title.open = false;
    });
    title.ontoggle = function () {
      if (phone && title.open) fold(true);
    };
    fold(folded);
    box.prepend(button);
  }

  // Of the radio maps only the one switched on last stays on (the switch is updated afterwards).
  // Gaps above it are outlines: a tint would make colours that the legend does not have.
  function radioMaps(map, layers, control) {
    map.on("overlayadd", function (event) {
      if (!layers.includes(event.layer)) return;
      setTimeout(function () {
        layers.forEach(function (layer) {
          if (layer !== event.layer) map.removeLayer(layer);
        });
        const legends = Array.from(control.getContainer().querySelectorAll(".plan-when-on"));
        const open = legends.find(function (legend) { return legend.offsetHeight; });
        if (open) open.closest("label").scrollIntoView({ block: "nearest" });
      });
    });
    map.on("overlayadd overlayremove", function () {
      const shown = layers.some(function (layer) { return map.hasLayer(layer); });
      map.getContainer().classList.toggle("plan-radio-shown", shown);
    });
  }

  function homeButton(map, goHome) {
    const bar = element("div", "leaflet-bar");
    const button = element("a", "plan-home", "⤢");
    button.href = "#";
    button.title = "全图 Whole area";
    button.setAttribute("role", "button");
    L.DomEvent.on(button, "click", function (event) {
      L.DomEvent.stop(event);
      goHome();
    });
    bar.append(button);
    return panel("bottomright", bar);
  }

  // The largest view in which no panel covers a point of the outline. Returns whether there is one.
  function viewBesidePanels(map, bounds, outline, panels) {
    const origin = map.getContainer().getBoundingClientRect();
    const room = map.getSize();
    const taken = panels.map(function (panel) {
      const box = panel.getBoundingClientRect();
      return L.bounds(
        [box.left - origin.left - 14, box.top - origin.top - 14],
        [box.right - origin.left + 14, box.bottom - origin.top + 14],
      );
    });
    const edge = 14;
    for (let zoom = map.getBoundsZoom(bounds); zoom >= map.getBoundsZoom(bounds) - 2; zoom -= 0.25) {
      const points = outline.map(function (lonlat) { return map.project([lonlat[1], lonlat[0]], zoom); });
      const extent = L.bounds(points);
      const size = extent.getSize();
      const slack = room.subtract(size).subtract([2 * edge, 2 * edge]);
      if (slack.x < 0 || slack.y < 0) continue;
      for (const [right, down] of SHIFTS) {
        const corner = L.point(edge + slack.x * right, edge + slack.y * down);
        const shift = corner.subtract(extent.min);
        const hidden = points.some(function (point) {
          const at = point.add(shift);
          return taken.some(function (box) { return box.contains(at); });
        });
        if (hidden) continue;
        map.setView(map.unproject(room.divideBy(2).subtract(shift), zoom), zoom, { animate: false });
        return true;
      }
    }
    return false;
  }

  window.planPage = function (map, parts, config) {
    const phone = window.matchMedia(PHONE);
    const small = window.matchMedia(SMALL);
    const title = document.getElementById("plan-title");
    const bounds = L.latLngBounds(config.bounds);

    function goHome() {
      const credit = map.attributionControl.getContainer();
      const slider = document.getElementById("plan-rollout");
      const panels = [title, parts.control.getContainer(), credit, slider].filter(Boolean);
      if (!viewBesidePanels(map, bounds, config.outline, panels)) map.fitBounds(bounds);
    }

    map.attributionControl.setPrefix("Leaflet");
    const credit = element("details", "plan-credit");
    credit.append(element("summary", "", "数据来源 Sources"), config.attribution);
    map.attributionControl.addAttribution(credit.outerHTML);
    panel("topleft", title).addTo(map);
    L.control.zoom({ position: "bottomright" }).addTo(map);
    homeButton(map, goHome).addTo(map);
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(map);
    panel("bottomleft", document.getElementById("plan-north")).addTo(map);

    function adapt() {
      title.open = !small.matches;
      document.querySelector(".plan-credit").open = !small.matches;
      dressLayerControl(parts.control, title, phone.matches, small.matches);
    }
    radioMaps(map, Object.keys(parts).filter(function (part) {
      return part.startsWith("radio_");
    }).map(function (part) { return parts[part]; }), parts.control);
    phone.addEventListener("change", adapt);
    small.addEventListener("change", adapt);
    adapt();
    goHome();
    map.setMinZoom(Math.min(map.getZoom(), 9) - 1);
    map.setMaxBounds(bounds.pad(1.5));
    inspect(map, parts, config);
  };
})();
