// Everything around the layers: names, panels, scale, first view.
(function () {
  "use strict";

  const PHONE = "(max-width: 700px)";
  const SMALL = "(max-width: 960px), (max-height: 560px)";
  const STEPS = [0.5, 0.375, 0.625, 0.25, 0.75, 0.125, 0.875, 0, 1];
  const SHIFTS = STEPS.flatMap(function (right) {
    return STEPS.map(function (down) { return [right, down]; });
  });
  const SIGN_PX = 10; // half the side of a sign with its rim
  const NAME_SHIFTS = [[0, -0.9], [0, 0.9], [1.08, 0], [-1.08, 0], [0, 0]];
  const COUNTIES_FROM = 1.5; // zoom steps beyond the first view from which counties have names
  const GROUPS = {
    fill: ["底色（一次一种）", "Fill, one at a time"],
    service: ["服务与基站", "Service and stations"],
    base: ["底图", "Base map"],
    own: ["其他图层", "Other layers"],
  };

  // Positions of the signs of places, in pixels of the layers.
  function signBoxes(map) {
    const pane = map.getPane("plan-places");
    return Array.from(pane ? pane.querySelectorAll(".plan-place-sign") : [], function (sign) {
      const middle = L.DomUtil.getPosition(sign);
      return L.bounds(middle.subtract([SIGN_PX, SIGN_PX]), middle.add([SIGN_PX, SIGN_PX]));
    });
  }

  // Names of zones and counties, each only where it overlaps no other, close to its seat; where a
  // sign of a place is, beside it.
  L.PlaceNames = L.Layer.extend({
    initialize: function (places, pane) {
      L.setOptions(this, { pane: pane });
      this._places = places;
      this._markers = places.map(function (place) {
        const label = plan.element("div", "plan-place" + (place.level ? " plan-place-small" : ""));
        label.append(plan.element("b", "", plan.both(place.zh, place.en)));
        const box = plan.element("div");
        if (place.seat) box.append(plan.element("i", "plan-seat"));
        box.append(label);
        const icon = L.divIcon({ html: box, className: "plan-place-anchor", iconSize: [0, 0] });
        return L.marker([place.lat, place.lon], { icon: icon, interactive: false, keyboard: false, pane: pane });
      });
      this._again = this._spread.bind(this);
    },
    onAdd: function (map) {
      this._markers.forEach(function (marker) { marker.addTo(map); });
      document.addEventListener("planlanguage", this._again);
      this._spread();
    },
    onRemove: function () {
      document.removeEventListener("planlanguage", this._again);
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
      if (!map) return;
      const placed = [];
      const signs = signBoxes(map);
      const counties = map.getZoom() >= (plan.firstZoom || map.getZoom()) + COUNTIES_FROM;
      function free(box, taken) {
        return !taken.some(function (other) { return other.intersects(box); });
      }
      this._markers.forEach(function (marker, row) {
        const place = this._places[row];
        const box = marker.getElement().firstChild;
        const label = box.lastChild;
        box.style.display = place.level && !counties ? "none" : "";
        if (place.level && !counties) return;
        const middle = map.latLngToLayerPoint(marker.getLatLng());
        const half = L.point(label.offsetWidth / 2 + 3, label.offsetHeight / 2 + 2);
        const shifts = place.seat ? NAME_SHIFTS : NAME_SHIFTS.slice().reverse();
        const tries = shifts.map(function (shift) {
          const at = middle.add([shift[0] * half.x, shift[1] * half.y]);
          return { shift: shift, box: L.bounds(at.subtract(half), at.add(half)) };
        }).filter(function (one) { return free(one.box, placed); });
        const chosen = tries.find(function (one) { return free(one.box, signs); }) || tries[0];
        box.style.display = chosen ? "" : "none";
        if (!chosen) return;
        placed.push(chosen.box);
        label.style.marginLeft = chosen.shift[0] * half.x + "px";
        label.style.marginTop = chosen.shift[1] * half.y + "px";
      }, this);
    },
  });

  function panel(position, node) {
    const control = new L.Control({ position: position });
    control.onAdd = function () {
      L.DomEvent.disableClickPropagation(node);
      L.DomEvent.disableScrollPropagation(node);
      return node;
    };
    return control;
  }

  // The layer control gets a heading that folds it, and a heading for each group of layers. On a
  // phone it is at the bottom, and only one of it and the title is open at a time.
  function dressLayerControl(control, title, phone, folded) {
    control.setPosition(phone ? "bottomright" : "topright");
    const box = control.getContainer();
    const button = plan.element("button", "plan-fold");
    button.type = "button";
    button.append(plan.element("b", "", plan.both("图层与图例", "Layers and legend")));
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
    const before = box.querySelector(".plan-fold");
    if (before) before.remove();
    box.prepend(button);
    groupLayers(box);
  }

  function groupLayers(box) {
    box.querySelectorAll(".plan-group").forEach(function (node) { node.remove(); });
    let last = "";
    box.querySelectorAll("label").forEach(function (label) {
      const row = label.querySelector(".plan-layer");
      const group = (row && row.dataset.group) || "own";
      if (group === last) return;
      last = group;
      label.before(plan.element("div", "plan-group", plan.both(GROUPS[group][0], GROUPS[group][1])));
    });
  }

  // The control builds its list anew when a layer comes or goes by itself.
  function keepGroups(control) {
    const update = control._update;
    control._update = function () {
      update.call(control);
      groupLayers(control.getContainer());
      return control;
    };
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

  // What the panels take from the view at its sides, in Leaflet's words.
  plan.besidePanels = function (map) {
    const wide = map.getSize().x > 1000;
    return { autoPanPaddingTopLeft: [wide ? 370 : 20, 60], autoPanPaddingBottomRight: [wide ? 310 : 20, 40] };
  };

  window.planPage = function (map, parts, config) {
    plan.config = config;
    plan.share = config.share;
    const phone = window.matchMedia(PHONE);
    const small = window.matchMedia(SMALL);
    const title = document.getElementById("plan-title");
    const bounds = L.latLngBounds(config.bounds);

    function goHome() {
      const credit = map.attributionControl.getContainer();
      const slider = document.getElementById("plan-rollout");
      const search = document.getElementById("plan-search");
      const panels = [title, search, parts.control.getContainer(), credit, slider].filter(Boolean);
      if (!viewBesidePanels(map, bounds, config.outline, panels)) map.fitBounds(bounds);
    }
    plan.startHome = function () {
      goHome();
      plan.firstZoom = map.getZoom();
    };

    map.attributionControl.setPrefix("Leaflet");
    const credit = plan.element("details", "plan-credit");
    credit.append(plan.element("summary", "", plan.both("数据来源", "Sources")), plan.both(config.attribution.zh, config.attribution.en));
    map.attributionControl.addAttribution(credit.outerHTML);
    panel("topleft", plan.search(map, parts, config)).addTo(map);
    panel("topleft", title).addTo(map);
    L.control.zoom({ position: "bottomright", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
    panel("bottomright", plan.exports(map, parts, config, goHome)).addTo(map);
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(map);
    const north = document.getElementById("plan-north");
    panel("bottomleft", plan.name(north, north.dataset.zh, north.dataset.en)).addTo(map);
    const hint = plan.element("div", "plan-hint", plan.both("放大后显示基站和空洞轮廓", "zoom in to see stations and outlines of gaps"));
    hint.id = "plan-hint";
    panel("bottomleft", hint).addTo(map);
    function hintAtStations() { hint.hidden = !parts.stations.tooSmall() || !parts.stations.anyShown(); }
    map.on("zoomend overlayadd overlayremove", hintAtStations);

    function adapt() {
      title.open = !small.matches;
      document.querySelector(".plan-credit").open = !small.matches;
      dressLayerControl(parts.control, title, phone.matches, small.matches);
    }
    keepGroups(parts.control);
    phone.addEventListener("change", adapt);
    small.addEventListener("change", adapt);
    plan.setLanguage(/[#&]lang=en/.test(location.hash) ? "en" : /[#&]lang=zh/.test(location.hash) ? "zh" : config.language);
    adapt();
    plan.startHome();
    map.setMinZoom(Math.min(map.getZoom(), 9) - 1);
    map.setMaxBounds(bounds.pad(1.5));
    plan.inspect(map, parts, config);
    hintAtStations();
    map.fire("zoomend");
  };
})();
