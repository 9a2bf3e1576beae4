// A canvas over the view and a margin around it, painted pixel by pixel: L.ViewCanvas, of which
// layers are made by their ``_paint``. It moves and zooms with the map, and is painted again when
// its edge would show.
(function () {
  "use strict";

  L.ViewCanvas = L.Layer.extend({
    options: { pane: "overlayPane", padding: 0.2, className: "plan-canvas" },

    onAdd: function () {
      this._canvas = L.DomUtil.create("canvas", this.options.className + " leaflet-zoom-animated");
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

    _draw: function () {
      if (!this._canvas) return;
      const map = this._map;
      const size = map.getSize();
      const margin = size.multiplyBy(this.options.padding).round();
      this._zoom = map.getZoom();
      this._corner = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
      this._cornerLatLng = map.layerPointToLatLng(this._corner);
      this._sizePx = size.add(margin.multiplyBy(2));
      const ratio = window.devicePixelRatio || 1;
      const canvas = this._canvas;
      canvas.width = Math.round(this._sizePx.x * ratio);
      canvas.height = Math.round(this._sizePx.y * ratio);
      canvas.style.width = this._sizePx.x + "px";
      canvas.style.height = this._sizePx.y + "px";
      L.DomUtil.setPosition(canvas, this._corner);
      const context = canvas.getContext("2d");
      const picture = context.createImageData(canvas.width, canvas.height);
      if (!this.tooSmall()) this._paint(picture, ratio);
      context.putImageData(picture, 0, 0);
    },

    // While the map is dragged the padded canvas goes along; painted again only when its edge shows.
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
})();
