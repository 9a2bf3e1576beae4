// Text in two languages, of which the page shows one; numbers. Everything that comes from data
// enters the page as text nodes, never as markup.
(function () {
  "use strict";

  const plan = window.plan = { language: "zh" };

  plan.element = function (tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.append(text);
    return node;
  };

  // A text in both languages; only that of the page's language is seen.
  plan.both = function (zh, en) {
    const box = plan.element("span");
    if (zh === en || !en) box.textContent = zh;
    else if (!zh) box.textContent = en;
    else {
      [["zh", zh], ["en", en]].forEach(function (pair) {
        const one = plan.element("span", "", pair[1]);
        one.lang = pair[0];
        box.append(one);
      });
    }
    return box;
  };

  plan.word = function (zh, en) { return plan.language === "zh" ? zh || en : en || zh; };

  // Words that are attributes: titles and labels for screen readers.
  plan.name = function (node, zh, en) {
    node.dataset.zh = zh;
    node.dataset.en = en;
    node.title = plan.word(zh, en);
    node.setAttribute("aria-label", node.title);
    return node;
  };

  plan.setLanguage = function (language) {
    plan.language = language;
    document.body.classList.toggle("plan-en", language === "en");
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
    document.querySelectorAll("[data-zh]").forEach(function (node) {
      node.title = plan.word(node.dataset.zh, node.dataset.en);
      node.setAttribute("aria-label", node.title);
      if (node.tagName === "INPUT") node.placeholder = node.title;
    });
    document.dispatchEvent(new CustomEvent("planlanguage"));
  };

  plan.number = function (value, digits) {
    if (value === null || value === undefined || !isFinite(value)) return "–";
    return value.toLocaleString("en-US", {
      minimumFractionDigits: digits || 0,
      maximumFractionDigits: digits || 0,
    });
  };

  // As planner.number_text.percent: 100 only if it is all of the people, 0 only if it is none.
  plan.percent = function (share, of) {
    if (share === null || !isFinite(share)) return "–";
    if (share > 0 && share < 0.0005) return "< 0.1\u00a0%";
    if (share >= 0.9995 && (1 - share) * of >= 0.5) return "> 99.9\u00a0%";
    if (share >= 0.9995 && of !== undefined) return "100\u00a0% (model)";
    return plan.number(share * 100, 1) + "\u00a0%";
  };

  // As people_zh and people_en of planner.outputs.map.panels.
  plan.people = function (people) {
    const zh = people >= 1e8 ? (people / 1e8).toFixed(2) + " 亿人"
      : people >= 1e5 ? plan.number(people / 1e4) + " 万人" : plan.number(people) + " 人";
    const en = people >= 1e8 ? plan.number(people / 1e6, 1) + " M"
      : people >= 1e6 ? plan.number(people / 1e6, 2) + " M" : plan.number(people);
    return [zh, en];
  };

  plan.money = function (yuan) {
    if (yuan === null || yuan === undefined || !isFinite(yuan)) return null;
    if (yuan >= 1e8) return [plan.number(yuan / 1e8, 1) + " 亿元", "¥ " + plan.number(yuan / 1e9, 2) + " bn"];
    return [plan.number(yuan / 1e4, 1) + " 万元", "¥ " + plan.number(yuan)];
  };

  plan.unpack = function (text, ArrayType) {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new ArrayType(bytes.buffer);
  };

  plan.pixel = function (colour) {
    const rgb = [1, 3, 5].map(function (at) { return parseInt(colour.slice(at, at + 2), 16); });
    return new Uint32Array(new Uint8ClampedArray([rgb[0], rgb[1], rgb[2], 255]).buffer)[0];
  };
})();
