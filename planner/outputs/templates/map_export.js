// The map on paper and as a picture: one A4 page or one PNG, with title, legend and sources.
(function () {
  "use strict";

  const PAGE_PX = [1045, 500]; // the map's part of an A4 page, landscape, with margins of 1 cm

  // What the page says and shows now, as plain lines: title, headline, legend, sources.
  plan.legendRows = function (control) {
    return Array.from(control.getContainer().querySelectorAll("label")).filter(function (label) {
      return label.querySelector("input").checked;
    });
  };

  function fillSection(section, map, parts, config) {
    const title = plan.element("h1", "", document.querySelector("#plan-title h1").cloneNode(true).textContent && plan.both(config.title_zh || config.title, config.title));
    const share = document.querySelector(".plan-share").cloneNode(true);
    share.querySelectorAll("[id]").forEach(function (node) { node.removeAttribute("id"); });
    const legend = plan.element("div", "plan-print-legend");
    plan.legendRows(parts.control).forEach(function (label) {
      const row = plan.element("div");
      row.append(...Array.from(label.querySelectorAll(".plan-layer, .plan-when-on, .plan-aside, .plan-key"), function (node) {
        return node.parentElement.closest(".plan-when-on") ? "" : node.cloneNode(true);
      }));
      legend.append(row);
    });
    const month = document.getElementById("plan-rollout-month");
    const head = plan.element("header");
    head.append(title, share);
    if (month) head.append(plan.element("p", "", month.firstChild.cloneNode(true)));
    const foot = plan.element("p", "plan-print-sources");
    foot.append(plan.both("数据来源：" + config.attribution.zh, "Sources: " + config.attribution.en));
    section.replaceChildren(head, legend, foot);
  }

  plan.exports = function (map, parts, config, goHome) {
    const section = document.getElementById("plan-print");
    const container = map.getContainer();
    let before = null;

    window.addEventListener("beforeprint", function () {
      fillSection(section, map, parts, config);
      before = { center: map.getCenter(), zoom: map.getZoom(), style: container.getAttribute("style") || "" };
      const view = map.getBounds();
      container.style.width = PAGE_PX[0] + "px";
      container.style.height = PAGE_PX[1] + "px";
      map.invalidateSize({ animate: false });
      const whole = L.latLngBounds(config.bounds);
      map.fitBounds(view.contains(whole) ? whole : view.pad(-0.15), { animate: false });
      // What a canvas has drawn is printed step by step, and its clearing as white over what lies
      // below: a canvas that holds a picture is printed as that.
      container.querySelectorAll(".leaflet-map-pane canvas").forEach(function (canvas) {
        if (!canvas.width || !canvas.height) return;
        const context = canvas.getContext("2d");
        context.putImageData(context.getImageData(0, 0, canvas.width, canvas.height), 0, 0);
      });
    });
    window.addEventListener("afterprint", function () {
      if (!before) return;
      container.setAttribute("style", before.style);
      map.invalidateSize({ animate: false });
      map.setView(before.center, before.zoom, { animate: false });
      before = null;
    });

    function text(context, words, x, y, size, weight, halo) {
      context.font = (weight || 400) + " " + size + "px system-ui, 'Noto Sans CJK SC', sans-serif";
      if (halo) {
        context.lineWidth = 3;
        context.strokeStyle = "rgba(255, 255, 255, 0.9)";
        context.strokeText(words, x, y);
      }
      context.fillStyle = "#1d2733";
      context.fillText(words, x, y);
    }

    function wrapped(context, words, width) {
      const lines = [""];
      words.split(/(?<=[\s·，。；、])/).forEach(function (part) {
        const line = lines[lines.length - 1] + part;
        if (context.measureText(line).width > width && lines[lines.length - 1]) lines.push(part);
        else lines[lines.length - 1] = line;
      });
      return lines;
    }

    function seen(node) { return node.offsetParent !== null && getComputedStyle(node).visibility !== "hidden"; }
    function shownText(node) { return node.innerText.replace(/\s+/g, " ").trim(); }

    // Draw every picture and canvas of the map's panes in their order, then names and signs as text.
    plan.picture = function () {
      const size = map.getSize();
      const rows = plan.legendRows(parts.control);
      const legend = [];
      rows.forEach(function (label) {
        const name = label.querySelector(".plan-layer");
        const swatch = name.querySelector(".plan-swatch");
        legend.push({ text: shownText(name), colour: swatch && (getComputedStyle(swatch).borderTopColor !== "rgb(0, 0, 0)" && swatch.className.match(/line|ring/) ? getComputedStyle(swatch).borderTopColor : getComputedStyle(swatch).backgroundColor), bold: !swatch });
        label.querySelectorAll(".plan-key .plan-swatch").forEach(function (key) {
          legend.push({ text: shownText(key.nextElementSibling), colour: getComputedStyle(key).backgroundColor });
        });
        const ramp = label.querySelectorAll(".plan-ramp > span");
        if (ramp.length) {
          legend.push({ ramp: Array.from(ramp, function (step) {
            const mark = step.querySelector("b");
            return { colour: getComputedStyle(step.querySelector("i")).backgroundColor, text: mark ? mark.textContent : "" };
          }) });
        }
      });
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d");
      const side = 300;
      const sources = plan.word("数据来源：" + config.attribution.zh, "Sources: " + config.attribution.en);
      context.font = "11px system-ui, 'Noto Sans CJK SC', sans-serif";
      const lines = wrapped(context, sources, size.x + side - 24);
      const top = 56;
      const height = Math.max(size.y, legend.length * 18 + 20);
      canvas.width = size.x + side;
      canvas.height = top + height + lines.length * 15 + 14;
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.save();
      context.beginPath();
      context.rect(0, top, size.x, size.y);
      context.clip();
      context.fillStyle = getComputedStyle(container).backgroundColor;
      context.fillRect(0, top, size.x, size.y);
      const corner = container.getBoundingClientRect();
      const panes = Array.from(map.getPane("mapPane").children).filter(seen).sort(function (a, b) {
        return Number(getComputedStyle(a).zIndex || 0) - Number(getComputedStyle(b).zIndex || 0);
      });
      panes.forEach(function (pane) {
        context.imageSmoothingEnabled = false;
        pane.querySelectorAll("canvas, img").forEach(function (node) {
          const box = node.getBoundingClientRect();
          if (!box.width || !node.width) return;
          context.globalAlpha = Number(getComputedStyle(node).opacity);
          context.drawImage(node, box.left - corner.left, box.top - corner.top + top, box.width, box.height);
          context.globalAlpha = 1;
        });
        context.textAlign = "center";
        pane.querySelectorAll(".plan-place b, .plan-sign").forEach(function (node) {
          const box = node.getBoundingClientRect();
          const words = shownText(node);
          if (box.width && words) text(context, words, (box.left + box.right) / 2 - corner.left, box.bottom - corner.top + top - 4, 12, 600, true);
        });
        context.textAlign = "start";
      });
      context.restore();
      text(context, plan.word(config.title_zh || config.title, config.title), 12, 24, 18, 700);
      const month = document.getElementById("plan-rollout-month");
      const share = shownText(document.querySelector(".plan-share")) + (month ? " · " + shownText(month) : "");
      text(context, share, 12, 45, 13);
      let y = top + 20;
      legend.forEach(function (row) {
        const left = size.x + 16;
        if (row.ramp) {
          row.ramp.forEach(function (step, at) {
            context.fillStyle = step.colour;
            context.fillRect(left + at * (side - 40) / row.ramp.length, y - 10, (side - 40) / row.ramp.length + 1, 8);
          });
          y += 12;
          row.ramp.forEach(function (step, at) {
            if (step.text) text(context, step.text, left + at * (side - 80) / row.ramp.length, y, 10);
          });
        } else {
          if (row.colour) {
            context.fillStyle = row.colour;
            context.fillRect(left, y - 10, 16, 11);
          }
          text(context, row.text, left + (row.colour ? 24 : 0), y, 12, row.bold ? 700 : 400);
        }
        y += 18;
      });
      lines.forEach(function (line, at) { text(context, line, 12, top + height + 18 + at * 15, 11); });
      return canvas;
    };

    const bar = plan.element("div", "leaflet-bar plan-tools");
    // ``path``: of an icon of 16 x 16; words of their own come later.
    function tool(path, zh, en, act) {
      const button = plan.name(plan.element("button"), zh, en);
      if (path) {
        const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        icon.setAttribute("viewBox", "0 0 16 16");
        icon.setAttribute("aria-hidden", "true");
        const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
        line.setAttribute("d", path);
        icon.append(line);
        button.append(icon);
      }
      button.type = "button";
      button.addEventListener("click", act);
      bar.append(button);
      return button;
    }
    tool("M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", "全图", "Whole area", goHome).id = "plan-home";
    tool("M4 6V2h8v4M4 12H2V6h12v6h-2M4 9.5h8V14H4z", "打印（A4 横向）", "Print (A4 landscape)", function () { window.print(); }).id = "plan-print-button";
    tool("M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11", "保存为 PNG 图片", "Save as PNG picture", function () {
      const link = plan.element("a");
      link.href = plan.picture().toDataURL("image/png");
      link.download = config.file + ".png";
      link.click();
    }).id = "plan-png";
    const language = tool("", "English", "中文", function () {
      plan.setLanguage(plan.language === "zh" ? "en" : "zh");
    });
    language.id = "plan-language";
    document.addEventListener("planlanguage", function () { language.textContent = plan.language === "zh" ? "EN" : "中"; });
    return bar;
  };
})();
