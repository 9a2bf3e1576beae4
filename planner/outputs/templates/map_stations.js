// Stations on one canvas. L.StationCanvas draws them from the zoom on at which their dots lie apart,
// L.StationRole switches the roles on and off.
(function () {
  "use strict";

  const CELL_BITS = 7; // 128 x 128 cells over the stations' extent
  const CELLS = 1 << CELL_BITS;
  const SHIFT = 32 - CELL_BITS;
  const STEPS = 4294967295;
  const TILE_PX = 256;
  const LEAST_PX = 7; // between neighbours: nearer ones are not drawn

  // Stations sorted by role and cell: each row of cells of a role is one run of indices.
  function sortIntoCells(x, y, role, roles) {
    const start = new Uint32Array(roles * CELLS * CELLS + 1);
    const key = new Uint32Array(x.length);
    for (let i = 0; i < x.length; i++) {
      key[i] = (role[i] * CELLS + (y[i] >>> SHIFT)) * CELLS + (x[i] >>> SHIFT);
      start[key[i] + 1]++;
    }
    for (let k = 1; k < start.length; k++) start[k] += start[k - 1];
    const next = start.slice();
    const station = new Uint32Array(x.length);
    for (let i = 0; i < x.length; i++) station[next[key[i]]++] = i;
    return { start: start, station: station };
  }

  // One dot as device pixels: a plain square far out, a disc with a white rim close by.
  function makeStamp(colour, diameterPx, ratio) {
    const diameter = diameterPx * ratio;
    const square = diameter < 4;
    const side = square ? Math.max(1, Math.round(diameter)) : Math.ceil(diameter) + 2;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = colour;
    if (square) {
      context.fillRect(0, 0, side, side);
    } else {
      context.arc(side / 2, side / 2, diameter / 2, 0, 2 * Math.PI);
      context.fill();
      context.lineWidth = diameter < 6 * ratio ? 0.6 * ratio : 1.2 * ratio;
      context.strokeStyle = "#ffffff";
      context.stroke();
    }
    const data = context.getImageData(0, 0, side, side).data;
    return { side: side, square: square, colour: new Uint32Array(data.buffer), alpha: data };
  }

  // Soft edge pixels are drawn on empty ground only, so that a dot cuts no hole into its neighbour.
  function press(pixels, corner, width, stamp) {
    const side = stamp.side;
    for (let row = 0, at = 0; row < side; row++) {
      for (let col = 0; col < side; col++, at++) {
        const alpha = stamp.alpha[at * 4 + 3];
        if (alpha === 0) continue;
        const target = corner + row * width + col;
        if (alpha > 127 || pixels[target] === 0) pixels[target] = stamp.colour[at];
      }
    }
  }

  L.StationCanvas = L.ViewCanvas.extend({
    options: { className: "plan-stations", colours: [] },

    initialize: function (payload, options) {
      L.setOptions(this, options);
      const x = plan.unpack(payload.x.steps, Uint32Array);
      const y = plan.unpack(payload.y.steps, Uint32Array);
      this._role = plan.unpack(payload.role, Uint8Array);
      this._table = {
        ids: payload.ids,
        names: payload.names,
        zones: payload.zones,
        classes: payload.classes,
        order: plan.unpack(payload.order, Uint32Array),
        areaClass: plan.unpack(payload.areaClass, Uint16Array),
        zone: plan.unpack(payload.zone, Uint16Array),
        cost: payload.cost ? plan.unpack(payload.cost, Float32Array) : null,
        gained: plan.unpack(payload.gained, Float32Array),
        useful: plan.unpack(payload.useful, Uint8Array),
        modelled: plan.unpack(payload.modelled, Uint8Array),
      };
      this._frame = payload;
      this._shown = this.options.colours.map(function () { return false; });
      const sorted = sortIntoCells(x, y, this._role, this._shown.length);
      this._start = sorted.start;
      this._station = sorted.station;
      this._x = Float64Array.from(sorted.station, function (i) { return x[i]; });
      this._y = Float64Array.from(sorted.station, function (i) { return y[i]; });
      const ranks = payload.rank ? plan.unpack(payload.rank, Uint32Array) : new Uint32Array(x.length);
      this._ranks = ranks;
      this._rank = Uint32Array.from(sorted.station, function (i) { return ranks[i]; });
      this._until = x.length;
      this._xOf = x;
      this._yOf = y;
    },

    showRole: function (role, shown) {
      this._shown[role] = shown;
      if (this._map) this._draw();
    },

    // Stations up to this position in the order of construction; 0 is the baseline.
    showMonth: function (row) {
      this._until = row.stations;
      if (this._map) this._draw();
    },

    // Pixels from a station to its neighbour, in the middle of all; no dots where they would touch.
    _spacingPx: function () {
      return this.options.spacing * TILE_PX * Math.pow(2, this._map.getZoom());
    },

    tooSmall: function () { return this._spacingPx() < LEAST_PX; },

    _diameterPx: function () {
      return Math.min(13, Math.max(2, 0.4 * this._spacingPx()));
    },

    // The zoom from which on stations are drawn.
    leastZoom: function () {
      return Math.ceil(4 * Math.log2(LEAST_PX / (this.options.spacing * TILE_PX))) / 4;
    },

    anyShown: function () { return this._shown.some(Boolean); },

    count: function () { return this._station.length; },

    // The row of the shown station nearest to a place, however far; -1 if none is shown.
    nearestTo: function (latlng) {
      const scale = this._map.options.crs.scale(0);
      const at = this._map.options.crs.latLngToPoint(latlng, 0).divideBy(scale);
      let best = -1;
      let least = Infinity;
      for (let k = 0; k < this._station.length; k++) {
        if (this._rank[k] > this._until || !this._shown[this._role[this._station[k]]]) continue;
        const square = Math.pow(this._frame.x.least + (this._x[k] / STEPS) * this._frame.x.span - at.x, 2)
          + Math.pow(this._frame.y.least + (this._y[k] / STEPS) * this._frame.y.span - at.y, 2);
        if (square < least) {
          least = square;
          best = this._station[k];
        }
      }
      return best;
    },

    idOf: function (row) {
      const ids = this._table.ids;
      return ids ? ids[row] : "S" + String(row + 1).padStart(6, "0");
    },

    nameOf: function (row) { return this._table.names[row] || ""; },

    // The station of a row of the table, as nearest() returns it.
    station: function (row) {
      const f = this._frame;
      const world = L.point(f.x.least + (this._xOf[row] / STEPS) * f.x.span, f.y.least + (this._yOf[row] / STEPS) * f.y.span);
      return this._tell(row, world);
    },

    // The shown station nearest to a point of the map container, or null beyond the tolerance.
    nearest: function (point, tolerancePx) {
      if (this.tooSmall()) return null;
      const view = this._view(this._map.containerPointToLayerPoint(point));
      const reach = Math.max(tolerancePx, this._diameterPx() / 2 + 3);
      const box = this._cells(view, -reach, -reach, reach, reach);
      let best = -1;
      let least = reach * reach;
      this._runs(box, (role, from, to) => {
        for (let k = from; k < to; k++) {
          if (this._rank[k] > this._until) continue;
          const dx = this._x[k] * view.kx + view.x;
          const dy = this._y[k] * view.ky + view.y;
          const square = dx * dx + dy * dy;
          if (square <= least) {
            least = square;
            best = k;
          }
        }
      });
      return best < 0 ? null : this._describe(best);
    },

    _describe: function (k) { return this._tell(this._station[k], this._world(k)); },

    _tell: function (i, world) {
      const t = this._table;
      const zone = t.zones[t.zone[i]];
      const px = world.multiplyBy(this._map.options.crs.scale(0));
      return {
        index: i,
        latlng: this._map.options.crs.pointToLatLng(px, 0),
        id: this.idOf(i),
        rank: this._ranks[i],
        cost: t.cost ? t.cost[i] : null,
        name: t.names[i] || "",
        order: t.order[i],
        role: this._role[i],
        areaClass: t.classes[t.areaClass[i]],
        zone: { adcode: zone[0], zh: zone[1], en: zone[2] },
        gained: t.gained[i],
        useful: t.useful[i] === 1,
        modelled: t.modelled[i] === 1,
      };
    },

    // Position of sorted entry k as fractions of the Web Mercator world.
    _world: function (k) {
      const f = this._frame;
      return L.point(
        f.x.least + (this._x[k] / STEPS) * f.x.span,
        f.y.least + (this._y[k] / STEPS) * f.y.span,
      );
    },

    // Factors from quantised steps to pixels, counted from a point of the map's layer space.
    _view: function (origin) {
      const scale = TILE_PX * Math.pow(2, this._map.getZoom());
      const corner = this._map.getPixelOrigin().add(origin);
      const f = this._frame;
      return {
        kx: (f.x.span * scale) / STEPS,
        ky: (f.y.span * scale) / STEPS,
        x: f.x.least * scale - corner.x,
        y: f.y.least * scale - corner.y,
      };
    },

    // First and last cell, both ways, of a rectangle given in the pixels of the view.
    _cells: function (view, left, top, right, bottom) {
      function cell(px, k, offset) {
        if (k === 0) return 0;
        const steps = Math.min(STEPS, Math.max(0, (px - offset) / k));
        return steps >>> SHIFT;
      }
      return {
        west: cell(left, view.kx, view.x),
        east: cell(right, view.kx, view.x),
        north: cell(top, view.ky, view.y),
        south: cell(bottom, view.ky, view.y),
      };
    },

    _runs: function (box, visit) {
      for (let role = 0; role < this._shown.length; role++) {
        if (!this._shown[role]) continue;
        for (let row = box.north; row <= box.south; row++) {
          const base = (role * CELLS + row) * CELLS;
          const from = this._start[base + box.west];
          const to = this._start[base + box.east + 1];
          if (to > from) visit(role, from, to);
        }
      }
    },

    // Dots are copied pixel by pixel into the picture: tens of times faster than drawing calls.
    _paint: function (picture, ratio) {
      const width = picture.width;
      const height = picture.height;
      const pixels = new Uint32Array(picture.data.buffer);
      const stamps = this.options.colours.map((colour) => makeStamp(colour, this._diameterPx(), ratio));
      const view = this._view(this._corner);
      const box = this._cells(view, 0, 0, this._sizePx.x, this._sizePx.y);
      this._runs(box, (role, from, to) => {
        const side = stamps[role].side;
        const half = side / 2;
        for (let k = from; k < to; k++) {
          if (this._rank[k] > this._until) continue;
          const left = Math.round((this._x[k] * view.kx + view.x) * ratio - half);
          const top = Math.round((this._y[k] * view.ky + view.y) * ratio - half);
          if (left < 0 || top < 0 || left + side > width || top + side > height) continue;
          const corner = top * width + left;
          // If roles share pixels far out, every other station yields, so that both colours stay visible.
          if (stamps[role].square && k & 1 && pixels[corner] !== 0) continue;
          press(pixels, corner, width, stamps[role]);
        }
      });
    },
  });

  L.StationRole = L.Layer.extend({
    initialize: function (canvas, role) {
      this._stations = canvas;
      this._roleCode = role;
    },
    onAdd: function () { this._stations.showRole(this._roleCode, true); },
    onRemove: function () { this._stations.showRole(this._roleCode, false); },
  });
})();
