// Pop-ups of stations, gaps and zones, and the answer to what lies at a place.
(function () {
  "use strict";

  const HIT_PX = 8;
  const ROLE_NAMES = [["存量基站", "Baseline station"], ["新建基站", "New station"], ["必建基站", "Must-have station"]];

  function card(kind, title, rows) {
    const box = plan.element("div", "plan-popup");
    const table = plan.element("table");
    rows.filter(Boolean).forEach(function (row) {
      const line = plan.element("tr");
      line.append(plan.element("th", "", row[0]), plan.element("td", "", row[1]));
      table.append(line);
    });
    box.append(plan.element("div", "plan-popup-kind", kind), plan.element("div", "plan-popup-title", title), table);
    return box;
  }

  function label(known) { return plan.both(known.zh, known.en); }
  function place(lat, lon) { return lat.toFixed(5) + ", " + lon.toFixed(5); }
  function pair(values) { return plan.both(values[0], values[1]); }

  plan.monthOf = function (rank) {
    if (!plan.months) return null;
    if (!rank) return ["建设前", "before the plan"];
    const row = plan.months.find(function (month) { return month.stations >= rank; });
    if (!row || row.month === "whole") return ["计划期之后", "after the horizon"];
    return [row.month, row.month];
  };

  plan.stationCard = function (found, labels) {
    const month = plan.monthOf(found.rank);
    const money = plan.money(found.cost);
    return card(pair(ROLE_NAMES[found.role]), found.id, [
      found.name && [label(labels.name), found.name],
      [label(labels.order), plan.number(found.order)],
      month && [plan.both("投入使用（中位数）", "In service (median)"), pair(month)],
      [label(labels.people_gained), plan.number(found.gained)],
      money && [label(labels.cost_cny), pair(money)],
      [plan.both("地区", "Zone"), plan.both(found.zone.zh, found.zone.en)],
      [label(labels.area_class), plan.both(found.areaClass.zh, found.areaClass.en)],
      [label(labels.radius_m), plan.number(found.areaClass.radius_m) + " m"],
      found.areaClass.equipment && [label(labels.equipment), found.areaClass.equipment],
      found.modelled && [label(labels.origin), plan.both("模型布设", "placed by the model")],
      !found.useful && [label(labels.useful), plan.both("否", "no")],
      [plan.both("纬度，经度（WGS 84）", "Latitude, longitude (WGS 84)"), place(found.latlng.lat, found.latlng.lng)],
    ]);
  };

  // ``month``: row of the build-out's month, if the slider shows one before the end.
  plan.zoneCard = function (zone, row, labels, month) {
    return card(plan.both("地区 · " + zone.adcode, "Zone · " + zone.adcode), plan.both(zone.name_zh, zone.name_en), [
      [label(labels.population), plan.number(zone.population)],
      month && [plan.both(month.month + " 月末获得服务（中位数）", "Served at the end of " + month.month + " (median)"), plan.percent(month.zone_share[row], zone.population)],
      [plan.both("整个方案：获得服务", "Whole plan: served"), plan.percent(zone.covered_share, zone.population)],
      [plan.both("建设前获得服务", "Served before"), plan.percent(zone.covered_baseline_share, zone.population)],
      [label(labels.stations_existing), plan.number(zone.stations_existing)],
      [label(labels.stations_new), plan.number(zone.stations_new)],
    ]);
  };

  plan.gapCard = function (gap, labels) {
    const money = plan.money(gap.closing_cost_cny);
    return card(plan.both("覆盖空洞", "Gap"), plan.both("第 " + plan.number(gap.rank) + " 位", "No. " + plan.number(gap.rank)), [
      [plan.both("地区", "Zone"), plan.both(gap.zone_zh, gap.zone_en)],
      gap.county_zh && [plan.both("县区", "County"), plan.both(gap.county_zh, gap.county_en)],
      [label(labels.people), plan.number(gap.people)],
      [label(labels.area_km2), plan.number(gap.area_km2, 2) + " km²"],
      gap.nearest_station && [label(labels.nearest_station), gap.nearest_station + " · " + plan.number(gap.nearest_station_km, 1) + " km"],
      [label(labels.closing_stations), plan.number(gap.closing_stations)],
      money && [label(labels.closing_cost_cny), pair(money)],
      [plan.both("纬度，经度（WGS 84）", "Latitude, longitude (WGS 84)"), place(gap.lat, gap.lon)],
    ]);
  };

  // One answer to "what lies here": a station before a gap, a gap before a zone.
  plan.inspect = function (map, parts, config) {
    const tip = L.tooltip({ className: "plan-tip", direction: "top", offset: [0, -8], opacity: 1 });
    const reach = L.circle([0, 0], { className: "plan-reach", interactive: false, pane: "plan-places" });

    function open(content, latlng) {
      tip.remove();
      L.popup(Object.assign({ maxWidth: 340, className: "plan-popup-frame" }, plan.besidePanels(map))).setLatLng(latlng).setContent(content).openOn(map);
    }
    function openStation(station) {
      open(plan.stationCard(station, config.labels.stations), station.latlng);
      if (station.areaClass.radius_m) reach.setLatLng(station.latlng).setRadius(station.areaClass.radius_m).addTo(map);
    }
    function openGap(row, latlng) {
      const gap = config.gaps[row];
      open(plan.gapCard(gap, config.labels.gaps), latlng || [gap.lat, gap.lon]);
    }
    function openZone(row, latlng) {
      open(plan.zoneCard(config.zones[row], row, config.labels.zones, plan.shownMonth), latlng);
    }
    plan.open = { station: openStation, gap: openGap, zone: openZone };

    function under(event) {
      const station = parts.stations.nearest(event.containerPoint, HIT_PX);
      if (station) return { station: station };
      const gap = map.hasLayer(parts.gaps) ? parts.gaps.at(event.latlng) : -1;
      if (gap >= 0) return { gap: gap };
      const zone = parts.zones.at(event.latlng);
      return zone >= 0 ? { zone: zone } : null;
    }

    function tipOf(found) {
      if (found.station) return plan.both(ROLE_NAMES[found.station.role][0] + " " + found.station.id, ROLE_NAMES[found.station.role][1] + " " + found.station.id);
      if (found.gap !== undefined) {
        const gap = config.gaps[found.gap];
        return plan.both("空洞 " + plan.number(gap.rank) + " · " + plan.number(gap.people) + " 人", "Gap " + plan.number(gap.rank) + " · " + plan.number(gap.people) + " people");
      }
      const zone = config.zones[found.zone];
      const month = plan.shownMonth;
      const share = plan.percent(month ? month.zone_share[found.zone] : zone.covered_share, zone.population);
      const when = month ? " · " + month.month : "";
      return plan.both((zone.name_zh || zone.name_en) + " · " + share + when, (zone.name_en || zone.name_zh) + " · " + share + when);
    }

    map.on("mousemove", function (event) {
      const found = under(event);
      map.getContainer().classList.toggle("plan-over", Boolean(found));
      if (!found) {
        tip.remove();
        return;
      }
      tip.setLatLng(found.station ? found.station.latlng : event.latlng).setContent(tipOf(found));
      if (!map.hasLayer(tip)) tip.addTo(map);
    });
    map.on("mouseout", function () { tip.remove(); });
    map.on("click", function (event) {
      const found = under(event);
      if (!found) return;
      if (found.station) openStation(found.station);
      else if (found.gap !== undefined) openGap(found.gap, event.latlng);
      else openZone(found.zone, event.latlng);
    });
    map.on("popupclose", function () { reach.remove(); });
  };
})();
