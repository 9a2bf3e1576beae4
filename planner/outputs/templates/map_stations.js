// Stations on one canvas. L.StationCanvas draws them, L.StationRole switches the roles on and off.
(function () {
  "use strict";

  const CELL_BITS = 7; // 128 x 128 cells over the stations' extent
  const CELLS = 1 << CELL_BITS;
  const SHIFT = 32 - CELL_BITS;
  const STEPS = 4294967295;
  const TILE_PX = 256;

  function unpack(text, ArrayType) {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new ArrayType(bytes.buffer);
  }

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

  function diameterPx(zoom) {
    return Math.min(13, Math.max(1.3, 1.3 * Math.pow(1.42, zoom - 7)));
  }

  L.StationCanvas = L.Layer.extend({
    options: { pane: "overlayPane", padding: 0.2, colours: [], opacity: 0.9 },

    initialize: function (payload, options) {
      L.setOptions(this, options);
      const x = unpack(payload.x.steps, Uint32Array);
      const y = unpack(payload.y.steps, Uint32Array);
      this._role = unpack(payload.role, Uint8Array);
      this._table = {
        ids: payload.ids,
        names: payload.names,
        zones: payload.zones,
        classes: payload.classes,
        order: unpack(payload.order, Uint32Array),
        areaClass: unpack(payload.areaClass, Uint8Array),
        zone: unpack(payload.zone, Uint16Array),
        gained: unpack(payload.gained, Float32Array),
        useful: unpack(payload.useful, Uint8Array),
        modelled: unpack(payload.modelled, Uint8Array),
      };
      this._frame = payload;
      this._shown = this.options.colours.map(function () { return false; });
      const sorted = sortIntoCells(x, y, this._role, this._shown.length);
      this._start = sorted.start;
      this._station = sorted.station;
      this._x = Float64Array.from(sorted.station, function (i) { return x[i]; });
      this._y = Float64Array.from(sorted.station, function (i) { return y[i]; });
    },

    onAdd: function (map) {
      this._canvas = L.DomUtil.create("canvas", "plan-stations leaflet-zoom-animated");
      this.getPane().appendChild(this._canvas);
      this._draw();
    },

    onRemove: function () {
      L.Util.cancelAnimFrame(this._request);
      this._canvas.remove();
      this._canvas = null;
    },

    getEvents: function () {
      return {
        viewreset: this._draw,
        moveend: this._draw,
        resize: this._draw,
        move: this._drawWhenUncovered,
        zoom: this._followZoom,
        zoomanim: this._followZoom,
      };
    },

    showRole: function (role, shown) {
      this._shown[role] = shown;
      if (this._map) this._draw();
    },

    // The shown station nearest to a point of the map container, or null beyond the tolerance.
    nearest: function (point, tolerancePx) {
      const view = this._view(this._map.containerPointToLayerPoint(point));
      const reach = Math.max(tolerancePx, diameterPx(this._map.getZoom()) / 2 + 3);
      const box = this._cells(view, -reach, -reach, reach, reach);
      let best = -1;
      let least = reach * reach;
      this._runs(box, (role, from, to) => {
        for (let k = from; k < to; k++) {
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

    _describe: function (k) {
      const i = this._station[k];
      const t = this._table;
      const zone = t.zones[t.zone[i]];
      const px = this._world(k).multiplyBy(this._map.options.crs.scale(0));
      return {
        index: i,
        latlng: this._map.options.crs.pointToLatLng(px, 0),
        id: t.ids[i],
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

    _draw: function () {
      const map = this._map;
      const size = map.getSize();
      const margin = size.multiplyBy(this.options.padding).round();
      this._zoom = map.getZoom();
      this._corner = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
      this._cornerLatLng = map.layerPointToLatLng(this._corner);
      this._sizePx = size.add(margin.multiplyBy(2));
      const context = this._clear(this._sizePx);
      const view = this._view(this._corner);
      const box = this._cells(view, -20, -20, this._sizePx.x + 20, this._sizePx.y + 20);
      const diameter = diameterPx(map.getZoom());
      context.globalAlpha = this.options.opacity;
      if (diameter < 4) this._drawSpecks(context, view, box, diameter);
      else this._drawDiscs(context, view, box, diameter);
    },

    _clear: function (size) {
      const ratio = window.devicePixelRatio || 1;
      const canvas = this._canvas;
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      L.DomUtil.setPosition(canvas, this._corner);
      const context = canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      return context;
    },

    // Far out many stations share a pixel: each pixel is painted once for a role.
    _drawSpecks: function (context, view, box, diameter) {
      const width = Math.ceil(this._sizePx.x) * 2;
      const height = Math.ceil(this._sizePx.y) * 2;
      const taken = new Uint8Array(width * height);
      this._runs(box, (role, from, to) => {
        context.fillStyle = this.options.colours[role];
        for (let k = from; k < to; k++) {
          const px = this._x[k] * view.kx + view.x;
          const py = this._y[k] * view.ky + view.y;
          const col = Math.floor(px * 2);
          const row = Math.floor(py * 2);
          if (col < 0 || row < 0 || col >= width || row >= height) continue;
          if (taken[row * width + col] === role + 1) continue;
          taken[row * width + col] = role + 1;
          context.fillRect(px - diameter / 2, py - diameter / 2, diameter, diameter);
        }
      });
    },

    _drawDiscs: function (context, view, box, diameter) {
      const discs = this.options.colours.map((colour) => this._disc(colour, diameter));
      const half = diameter / 2 + 1;
      this._runs(box, (role, from, to) => {
        for (let k = from; k < to; k++) {
          const px = this._x[k] * view.kx + view.x;
          const py = this._y[k] * view.ky + view.y;
          context.drawImage(discs[role], px - half, py - half, half * 2, half * 2);
        }
      });
    },

    _disc: function (colour, diameter) {
      const ratio = 2 * (window.devicePixelRatio || 1);
      const side = diameter + 2;
      const disc = document.createElement("canvas");
      disc.width = disc.height = Math.ceil(side * ratio);
      const context = disc.getContext("2d");
      context.scale(disc.width / side, disc.height / side);
      context.beginPath();
      context.arc(side / 2, side / 2, diameter / 2, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.fill();
      context.lineWidth = diameter < 6 ? 0.5 : 1.2;
      context.strokeStyle = "#ffffff";
      context.stroke();
      return disc;
    },

    // While the map is dragged the padded canvas goes along; redrawn only when its edge shows.
    _drawWhenUncovered: function () {
      if (this._request || this._map.getZoom() !== this._zoom) return;
      const view = this._map.containerPointToLayerPoint([0, 0]);
      const far = view.add(this._map.getSize());
      const end = this._corner.add(this._sizePx);
      const covered = view.x >= this._corner.x && view.y >= this._corner.y;
      if (covered && far.x <= end.x && far.y <= end.y) return;
      this._request = L.Util.requestAnimFrame(function () {
        this._request = null;
        if (this._map) this._draw();
      }, this);
    },

    _followZoom: function (event) {
      const zoom = event.zoom === undefined ? this._map.getZoom() : event.zoom;
      const center = event.center || this._map.getCenter();
      const scale = this._map.getZoomScale(zoom, this._zoom);
      const corner = this._map._latLngToNewLayerPoint(this._cornerLatLng, zoom, center);
      L.DomUtil.setTransform(this._canvas, corner, scale);
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
