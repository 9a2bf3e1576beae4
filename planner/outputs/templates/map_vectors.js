// Lines and areas on a canvas of their pane. A geometry is a list of parts, a part a list of rings,
// a ring the steps from corner to corner in 1e-5 degrees.
(function () {
  "use strict";

  function corners(steps) {
    const ring = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      ring.push([y / 1e5, x / 1e5]);
    }
    return ring;
  }

  function inRing(ring, lat, lon) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const a = ring[i];
      const b = ring[j];
      if ((a[0] > lat) !== (b[0] > lat) && lon < (b[1] - a[1]) * (lat - a[0]) / (b[0] - a[0]) + a[1]) {
        inside = !inside;
      }
    }
    return inside;
  }

  L.PlanVectors = L.Layer.extend({
    initialize: function (data, options) {
      L.setOptions(this, options);
      this._shapes = data.map(function (parts) {
        return parts.map(function (rings) { return rings.map(corners); });
      });
      this._boxes = this._shapes.map(function (parts) {
        return L.latLngBounds(parts.flatMap(function (rings) { return rings[0]; }));
      });
      this._style = Array.from(this._shapes, function (_, row) { return options.styleOf[row] || 0; });
      this._filled = options.styles.some(function (style) { return style.fillColor; });
    },

    onAdd: function (map) {
      const renderer = L.canvas({ pane: this.options.pane, padding: 0.3 });
      this._renderer = renderer;
      const paths = this._paths = [];
      this._shapes.forEach(function (parts, row) {
        if (!parts.length) return;
        const style = Object.assign({}, this.options.styles[this._style[row]], {
          pane: this.options.pane, renderer: renderer, interactive: false,
          fill: this._filled, smoothFactor: 0.7,
        });
        const line = parts.every(function (rings) { return rings.length === 1; }) && !this._filled;
        paths[row] = line ? L.polyline(parts.map(function (rings) { return rings[0]; }), style)
          : L.polygon(parts, style);
        paths[row].addTo(map);
      }, this);
    },

    onRemove: function () {
      this._paths.forEach(function (path) { path.remove(); });
      this._renderer.remove();
    },

    // Give each geometry the style of this number.
    restyle: function (numbers) {
      this._style = numbers;
      if (!this._map) return;
      this._paths.forEach(function (path, row) { path.setStyle(this.options.styles[numbers[row]]); }, this);
    },

    // The row of the geometry that holds a place, -1 if none does.
    at: function (latlng) {
      return this._shapes.findIndex(function (parts, row) {
        return this._boxes[row].isValid() && this._boxes[row].contains(latlng) && parts.some(function (rings) {
          return inRing(rings[0], latlng.lat, latlng.lng) && !rings.slice(1).some(function (hole) {
            return inRing(hole, latlng.lat, latlng.lng);
          });
        });
      }, this);
    },
  });
})();
