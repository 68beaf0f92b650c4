"use strict";
(() => {
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const scenarios = [...document.querySelectorAll(".scenario")];
  const findings = [...document.querySelectorAll(".finding")];
  const texts = new Map(); // the text of an element, read once

  const textOf = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };

  const filter = () => {
    const words = form.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const operation = form.operation.value;
    const outcomes = new Set([...form.querySelectorAll("[name=outcome]:checked")].map((box) => box.value));
    const wanted = (element) =>
      outcomes.has(element.dataset.outcome) &&
      (!operation || element.dataset.operations.split(" ").includes(operation)) &&
      words.every((word) => textOf(element).includes(word));
    for (const element of [...scenarios, ...findings]) element.hidden = !wanted(element);
    for (const feature of document.querySelectorAll(".feature")) {
      feature.hidden = !feature.querySelector(".scenario:not([hidden])");
    }
    const count = scenarios.filter((element) => !element.hidden).length;
    shown.textContent = count === scenarios.length ? count : `${count} of ${scenarios.length}`;
  };

  // A link to a scenario opens it, even if the filter hides it.
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target || !target.matches(".scenario")) return;
    target.hidden = target.closest(".feature").hidden = false;
    target.open = true;
    target.scrollIntoView();
  };

  const openAll = (open) => {
    for (const element of scenarios) if (!element.hidden) element.open = open;
  };

  if (scenarios.length > 0) form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.open.addEventListener("click", () => openAll(true));
  form.elements.close.addEventListener("click", () => openAll(false));
  addEventListener("hashchange", follow);
  filter(); // a reload may keep what was typed
  follow();
})();
