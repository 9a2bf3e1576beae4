// Maps of plans side by side: the same view in all, one fill at a time in each.
(function () {
  "use strict";

  const parts = JSON.parse(document.getElementById("maps").textContent);

  function together(maps) {
    let following = false;
    maps.forEach(function (from) {
      from.on("move", function () {
        if (following) return;
        following = true;
        maps.forEach(function (map) {
          if (map !== from) map.setView(from.getCenter(), from.getZoom(), { animate: false });
        });
        following = false;
      });
    });
  }

  function paneOf(node, part) {
    const map = L.map(node.querySelector(".map"), {
      attributionControl: false, zoomSnap: 0.25, maxZoom: 15, keyboard: true,
    });
    const zones = L.geoJSON(part.outline, {
      style: { color: "#243447", weight: 0.8, fillOpacity: 0 },
      onEachFeature: function (feature, layer) {
        layer.bindTooltip(function () {
          const text = document.createElement("span");
          text.textContent = part.maps[chosen].texts[feature.properties.row];
          return text;
        }, { sticky: true });
      },
    });
    const select = node.querySelector("select");
    let chosen = Number(select.value);
    let picture = null;

    function show() {
      chosen = Number(select.value);
      const one = part.maps[chosen];
      if (picture) picture.remove();
      picture = L.imageOverlay(one.url, one.bounds, { className: "cells" }).addTo(map);
      node.querySelectorAll("[data-legend]").forEach(function (legend) {
        legend.hidden = legend.dataset.legend !== one.kind;
      });
    }
    map.fitBounds(part.maps[0].bounds);
    show();
    zones.addTo(map);
    select.addEventListener("change", show);
    return map;
  }

  window.comparison = Array.from(document.querySelectorAll("[data-part]")).map(function (section) {
    const part = parts[Number(section.dataset.part)];
    const maps = Array.from(section.querySelectorAll(".pane")).map(function (node) {
      return paneOf(node, part);
    });
    together(maps);
    return maps;
  });
})();
