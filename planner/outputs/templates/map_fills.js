// The fills of service. A pixel of the picture holds in red, green and blue the marks of the months
// in which three shares of its people are served: 0 never, 1 before the plan, then the months, 254
// where nobody lives, 255 outside the area. A grey picture has one mark for all three.
(function () {
  "use strict";

  const NOBODY = 254;
  const OUTSIDE = 255;

  window.planMarks = function (url) {
    const marks = { data: null, waiting: [] };
    const picture = new Image();
    picture.onload = function () {
      const canvas = document.createElement("canvas");
      marks.width = canvas.width = picture.width;
      marks.height = canvas.height = picture.height;
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(picture, 0, 0);
      marks.data = context.getImageData(0, 0, canvas.width, canvas.height).data;
      marks.waiting.forEach(function (ready) { ready(); });
    };
    picture.src = url;
    marks.ready = function (run) { if (marks.data) run(); else marks.waiting.push(run); };
    return marks;
  };

  L.ServiceFill = L.ImageOverlay.extend({
    initialize: function (marks, options) {
      this._marks = marks;
      this._until = OUTSIDE;
      L.ImageOverlay.prototype.initialize.call(this, "", L.latLngBounds(options.bounds), options);
    },

    _initImage: function () {
      this._image = L.DomUtil.create("canvas", "plan-fill leaflet-image-layer leaflet-zoom-animated");
      this._marks.ready(this._draw.bind(this));
    },

    onRemove: function () {
      L.ImageOverlay.prototype.onRemove.call(this);
      this._image = null;
    },

    showMonth: function (row, whole) {
      this._until = whole ? OUTSIDE : row.mark;
      if (this._image && this._marks.data) this._draw();
    },

    // The colour of each mark, for the fill by month.
    _ofMonths: function () {
      const shown = new Uint32Array(256);
      const options = this.options;
      Object.keys(options.colours).forEach(function (mark) {
        shown[mark] = plan.pixel(options.colours[mark]);
      });
      if (options.later) shown.fill(plan.pixel(options.later), Math.max(this._until, 1) + 1, NOBODY);
      shown[NOBODY] = plan.pixel(options.nobody);
      shown[OUTSIDE] = 0;
      return shown;
    },

    _draw: function () {
      if (!this._image) return;
      const canvas = this._image;
      const source = this._marks.data;
      const until = this._until;
      canvas.width = this._marks.width;
      canvas.height = this._marks.height;
      const context = canvas.getContext("2d");
      const picture = context.createImageData(canvas.width, canvas.height);
      const target = new Uint32Array(picture.data.buffer);
      const months = this.options.kind === "month" ? this._ofMonths() : null;
      const colours = months ? [] : this.options.colours.map(plan.pixel);
      const nobody = plan.pixel(this.options.nobody);
      for (let i = 0, at = 0; i < target.length; i++, at += 4) {
        const mark = source[at + 1];
        if (mark === OUTSIDE || !source[at + 3]) continue;
        if (months) target[i] = months[mark];
        else if (mark === NOBODY) target[i] = nobody;
        else {
          let reached = 0;
          for (let band = 0; band < 3; band++) {
            const month = source[at + band];
            if (month > 0 && month <= until) reached++;
          }
          target[i] = colours[reached];
        }
      }
      context.putImageData(picture, 0, 0);
      canvas.dataset.until = until;
    },
  });

  // The zones, which are on no pane until their fill is chosen.
  L.ZoneFill = L.Layer.extend({
    initialize: function (zones) {
      this._zones = zones;
      this._whole = zones._style;
    },
    onAdd: function (map) { this._zones.addTo(map); },
    onRemove: function () { this._zones.remove(); },
    showMonth: function (row, whole) {
      const zones = this._whole;
      const last = this._zones.options.styles.length - 1;
      this._zones.restyle(whole ? zones : row.zone_colour.map(function (colour, at) {
        return zones[at] === last ? last : colour;
      }));
    },
  });
})();
