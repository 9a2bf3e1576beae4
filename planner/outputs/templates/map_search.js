// Search for zones, counties, places, stations, gaps and coordinates, in Chinese, pinyin or English,
// and the way to stations and gaps by keyboard.
(function () {
  "use strict";

  const MOST = 8;
  const KINDS = {
    zone: ["地区", "zone"], county: ["县区", "county"], place: ["重点场所", "place"],
    station: ["基站", "station"], gap: ["覆盖空洞", "gap"], point: ["坐标", "coordinates"],
  };

  function plain(text) {
    return (text || "").toLowerCase().normalize("NFD").replace(/[\u0300-\u036f'’\s]/g, "");
  }

  plan.search = function (map, parts, config) {
    const names = config.places.map(function (one) {
      const text = [one.zh, one.en, one.code].map(plain).join("|");
      return { kind: one.kind, zh: one.zh || one.en, en: one.en || one.zh, text: text, box: one.box, code: one.code };
    });
    (parts.places ? parts.places.places : []).forEach(function (one) {
      names.push({ kind: "place", zh: one.name_zh || one.name, en: one.name || one.name_zh, text: [one.name_zh, one.name, one.class_zh, one.class_en].map(plain).join("|"), at: [one.lat, one.lon] });
    });

    function gap(row) {
      const one = config.gaps[row];
      const where = [one.county_zh || one.zone_zh, one.county_en || one.zone_en];
      return { kind: "gap", row: row, zh: "空洞 " + one.rank + "，" + where[0] + "，" + plan.number(one.people) + " 人", en: "Gap " + one.rank + ", " + where[1] + ", " + plan.number(one.people) + " people" };
    }
    function station(row) {
      const id = parts.stations.idOf(row);
      const name = parts.stations.nameOf(row);
      const text = name ? id + " " + name : id;
      return { kind: "station", row: row, zh: text, en: text };
    }

    // Nothing asked: the station nearest to the middle of the view, and the largest gaps.
    function offered() {
      const near = parts.stations.nearestTo(map.getCenter());
      const gaps = config.gaps.slice(0, MOST - 1).map(function (_, row) { return gap(row); });
      if (near < 0) return gaps;
      const first = station(near);
      first.zh = "离中心最近：" + first.zh;
      first.en = "Nearest to the middle: " + first.en;
      return [first].concat(gaps);
    }

    function found(text) {
      const wanted = plain(text);
      if (!wanted) return offered();
      const point = /^\s*(-?\d+(?:\.\d+)?)\s*[,，\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
      if (point) {
        const pair = [Number(point[1]), Number(point[2])];
        const at = Math.abs(pair[0]) > 90 ? [pair[1], pair[0]] : pair;
        return Math.abs(at[0]) <= 90 ? [{ kind: "point", zh: text.trim(), en: text.trim(), at: at }] : [];
      }
      const rank = /^(?:gap|空洞|覆盖空洞)(\d+)$/.exec(wanted);
      if (rank) return Number(rank[1]) >= 1 && Number(rank[1]) <= config.gaps.length ? [gap(Number(rank[1]) - 1)] : [];
      const rows = names.filter(function (one) { return one.text.includes(wanted); });
      rows.sort(function (a, b) {
        const first = function (one) { return one.text.split("|").some(function (part) { return part.startsWith(wanted); }) ? 0 : 1; };
        return first(a) - first(b);
      });
      for (let row = 0; rows.length < MOST && row < parts.stations.count(); row++) {
        const id = parts.stations.idOf(row).toLowerCase();
        if (id.startsWith(wanted) || Number(wanted) === row + 1 || plain(parts.stations.nameOf(row)).includes(wanted)) rows.push(station(row));
      }
      return rows.slice(0, MOST);
    }

    function roomFor(maxZoom) {
      const room = plan.besidePanels(map);
      return { maxZoom: maxZoom, animate: false, paddingTopLeft: room.autoPanPaddingTopLeft, paddingBottomRight: room.autoPanPaddingBottomRight };
    }

    function go(one) {
      if (one.kind === "station") {
        const at = parts.stations.station(one.row);
        map.setView(at.latlng, Math.max(map.getZoom(), parts.stations.leastZoom() + 1), { animate: false });
        plan.open.station(at);
      } else if (one.kind === "gap") {
        map.fitBounds(parts.gaps.bounds(one.row), roomFor(14));
        plan.open.gap(one.row);
      } else if (one.box) {
        const box = L.latLngBounds([one.box[0], one.box[1]], [one.box[2], one.box[3]]);
        map.fitBounds(box, roomFor(17));
        const row = config.zones.findIndex(function (zone) { return zone.adcode === one.code; });
        if (row >= 0) plan.open.zone(row, box.getCenter());
      } else {
        map.setView(one.at, Math.max(map.getZoom(), 12), { animate: false });
        if (one.kind === "point") L.popup({ className: "plan-popup-frame" }).setLatLng(one.at).setContent(one.zh).openOn(map);
      }
    }

    const box = plan.element("div", "plan-search");
    box.id = "plan-search";
    const input = plan.name(plan.element("input"), "搜索地区、场所、基站、空洞编号或坐标", "Search zones, places, stations, gap 1 or coordinates");
    input.type = "search";
    input.placeholder = input.title;
    input.id = "plan-search-input";
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", "plan-search-list");
    input.autocomplete = "off";
    const list = plan.element("ul");
    list.id = "plan-search-list";
    list.setAttribute("role", "listbox");
    list.hidden = true;
    box.append(input, list);
    let rows = [];
    let active = -1;

    function close() {
      list.hidden = true; // not removed: a click on a row that is gone would be one on the map
      active = -1;
      input.setAttribute("aria-expanded", "false");
    }
    function choose(row) {
      const one = rows[row];
      if (!one) return;
      close();
      go(one);
    }
    function mark(row) {
      active = row;
      Array.from(list.children).forEach(function (node, at) { node.setAttribute("aria-selected", String(at === row)); });
    }
    function show() {
      rows = found(input.value);
      list.replaceChildren(...rows.map(function (one, row) {
        const node = plan.element("li");
        node.setAttribute("role", "option");
        const kind = plan.element("small", "", plan.both(KINDS[one.kind][0], KINDS[one.kind][1]));
        node.append(plan.both(one.zh, one.en), kind);
        node.addEventListener("mousedown", function (event) { event.preventDefault(); });
        node.addEventListener("click", function () { choose(row); });
        return node;
      }));
      if (!rows.length) list.append(plan.element("li", "plan-none", plan.both("未找到", "nothing found")));
      list.hidden = false;
      active = -1;
      input.setAttribute("aria-expanded", "true");
    }
    input.addEventListener("input", show);
    input.addEventListener("focus", show);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) show();
        mark((active + (event.key === "ArrowDown" ? 1 : rows.length - 1) + (active < 0 && event.key === "ArrowUp" ? 1 : 0)) % Math.max(rows.length, 1));
        event.preventDefault();
      } else if (event.key === "Enter") choose(Math.max(active, 0));
      else if (event.key === "Escape") close();
    });
    return box;
  };
})();
