// Gaps as a picture of their numbers, cell by cell: red times 250 and green. Their edges are painted
// from the zoom on at which cells can be told apart, and leave the fill its colours.
(function () {
  "use strict";

  const HIGH = 250;
  const OUTSIDE = 255;
  const LEAST_PX = 3; // of a cell

  L.GapCells = L.ViewCanvas.extend({
    options: { className: "plan-gaps" },

    initialize: function (picture, options) {
      L.setOptions(this, options);
      this._bounds = L.latLngBounds(options.bounds);
      this._boxes = [];
      picture.ready(this._read.bind(this, picture));
    },

    _read: function (picture) {
      this._cols = picture.width;
      this._rows = picture.height;
      const numbers = this._numbers = new Uint16Array(this._cols * this._rows);
      for (let i = 0, at = 0; i < numbers.length; i++, at += 4) {
        if (picture.data[at] === OUTSIDE || !picture.data[at + 3]) continue;
        const number = numbers[i] = picture.data[at] * HIGH + picture.data[at + 1];
        if (!number) continue;
        const col = i % this._cols;
        const row = (i - col) / this._cols;
        const box = this._boxes[number - 1] = this._boxes[number - 1] || [col, row, col, row];
        box[0] = Math.min(box[0], col);
        box[2] = Math.max(box[2], col);
        box[3] = row;
      }
      this._draw();
    },

    onAdd: function (map) {
      L.ViewCanvas.prototype.onAdd.call(this, map);
      this._marks = this.options.marks.map(function (at, row) {
        const icon = L.divIcon({ html: plan.element("b", "", String(row + 1)), className: "plan-gap-mark", iconSize: [18, 18] });
        return L.marker(at, { icon: icon, pane: "plan-places" })
          .on("click", function () { plan.open.gap(row); }).addTo(map);
      });
    },

    onRemove: function (map) {
      L.ViewCanvas.prototype.onRemove.call(this, map);
      this._marks.forEach(function (mark) { mark.remove(); });
    },

    // Where the picture's upper left corner is at this zoom, and the pixels of a cell.
    _frame: function () {
      const corner = this._map.project(this._bounds.getNorthWest());
      const end = this._map.project(this._bounds.getSouthEast());
      return { corner: corner, side: (end.x - corner.x) / (this._cols || 1) };
    },

    tooSmall: function () {
      return !this._numbers || this._frame().side * Math.max(1, this.options.pixels_per_cell) < LEAST_PX;
    },

    _number: function (col, row) {
      const inside = col >= 0 && row >= 0 && col < this._cols && row < this._rows;
      return inside ? this._numbers[row * this._cols + col] : 0;
    },

    _paint: function (picture, ratio) {
      const pixels = new Uint32Array(picture.data.buffer);
      const frame = this._frame();
      const side = frame.side * ratio;
      const left = frame.corner.subtract(this._map.getPixelOrigin()).subtract(this._corner).multiplyBy(ratio);
      const colour = plan.pixel(this.options.colour);
      const thick = Math.max(1, Math.round((frame.side < 8 ? 1 : 2) * ratio));
      const first = [Math.max(0, Math.floor(-left.x / side)), Math.max(0, Math.floor(-left.y / side))];
      const last = [Math.min(this._cols, Math.ceil((picture.width - left.x) / side)), Math.min(this._rows, Math.ceil((picture.height - left.y) / side))];

      function box(x, y, width, height) {
        const right = Math.min(picture.width, x + width);
        const bottom = Math.min(picture.height, y + height);
        for (let down = Math.max(0, y); down < bottom; down++) {
          if (right > Math.max(0, x)) pixels.fill(colour, down * picture.width + Math.max(0, x), down * picture.width + right);
        }
      }
      const half = Math.floor(thick / 2);
      for (let row = first[1]; row <= last[1]; row++) {
        const y = Math.round(left.y + row * side) - half;
        const below = Math.round(left.y + (row + 1) * side) - half;
        for (let col = first[0]; col <= last[0]; col++) {
          const here = this._number(col, row);
          const x = Math.round(left.x + col * side) - half;
          if (here !== this._number(col - 1, row)) box(x, y, thick, below - y + thick);
          if (here !== this._number(col, row - 1)) box(x, y, Math.round(left.x + (col + 1) * side) - half - x + thick, thick);
        }
      }
    },

    // The row of the gap that holds a place, -1 if none does.
    at: function (latlng) {
      if (this.tooSmall()) return -1;
      const frame = this._frame();
      const away = this._map.project(latlng).subtract(frame.corner).divideBy(frame.side);
      return this._number(Math.floor(away.x), Math.floor(away.y)) - 1;
    },

    bounds: function (row) {
      const box = this._boxes[row];
      if (!box) return L.latLngBounds([plan.config.gaps[row]], [plan.config.gaps[row]]);
      const crs = this._map.options.crs;
      const corner = crs.latLngToPoint(this._bounds.getNorthWest(), 0);
      const side = (crs.latLngToPoint(this._bounds.getSouthEast(), 0).x - corner.x) / this._cols;
      return L.latLngBounds([[box[0], box[1]], [box[2] + 1, box[3] + 1]].map(function (at) {
        return crs.pointToLatLng(corner.add([at[0] * side, at[1] * side]), 0);
      }));
    },
  });
})();
