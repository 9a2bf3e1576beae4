// Coverage by month: the grey of each pixel is its mark, 1 for the baseline, 2 for what the first
// month's stations cover, and so on; a canvas shows the marks up to that of the slider's month.
(function () {
  "use strict";

  function pixel(colour) {
    const rgb = [1, 3, 5].map(function (at) { return parseInt(colour.slice(at, at + 2), 16); });
    return new Uint32Array(new Uint8ClampedArray([rgb[0], rgb[1], rgb[2], 255]).buffer)[0];
  }

  L.CoverageByMonth = L.ImageOverlay.extend({
    _initImage: function () {
      const canvas = this._image = L.DomUtil.create(
        "canvas", "plan-coverage leaflet-image-layer leaflet-zoom-animated");
      canvas.style.opacity = this.options.opacity;
      if (this._marks) {
        this._draw();
      } else if (!this._source) {
        this._source = new Image();
        this._source.onload = this._read.bind(this);
        this._source.src = this._url;
      }
    },

    // The mark up to which new stations are shown; all of them at first.
    showUntil: function (mark) {
      this._until = mark;
      if (this._marks && this._image) this._draw();
    },

    _read: function () {
      const canvas = document.createElement("canvas");
      canvas.width = this._source.width;
      canvas.height = this._source.height;
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(this._source, 0, 0);
      const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
      this._marks = new Uint8Array(data.length / 4);
      for (let i = 0; i < this._marks.length; i++) this._marks[i] = data[4 * i + 3] ? data[4 * i] : 0;
      this._size = [canvas.width, canvas.height];
      this._source = null;
      if (this._image) this._draw();
    },

    _draw: function () {
      const until = this._until === undefined ? 255 : this._until;
      const shown = new Uint32Array(256);
      shown[1] = pixel(this.options.colours.baseline);
      shown.fill(pixel(this.options.colours.plan), 2, until + 1);
      const canvas = this._image;
      canvas.width = this._size[0];
      canvas.height = this._size[1];
      const context = canvas.getContext("2d");
      const picture = context.createImageData(canvas.width, canvas.height);
      const target = new Uint32Array(picture.data.buffer);
      for (let i = 0; i < target.length; i++) target[i] = shown[this._marks[i]];
      context.putImageData(picture, 0, 0);
      canvas.dataset.until = until;
    },
  });
})();
