"use strict";
(() => {
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const root = document.documentElement;
  document.getElementById("theme").addEventListener("click", () => {
    const dark = getComputedStyle(root).colorScheme === "dark" ||
      (root.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = dark ? "light" : "dark";
  });

  // Tables that can be searched: every word must occur in a row; selects compare with the row's data.
  for (const tools of all("[data-filters]")) {
    const rows = all("tbody tr", document.getElementById(tools.dataset.filters)).map((row) => [row, row.textContent.toLowerCase()]);
    const said = tools.querySelector("output");
    const apply = () => {
      const words = tools.querySelector("input").value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = all("select", tools).filter((select) => select.value);
      let shown = 0;
      for (const [row, text] of rows) {
        const fits = words.every((word) => text.includes(word)) && wanted.every((select) => row.dataset[select.name] === select.value);
        row.hidden = !fits;
        shown += fits;
      }
      said.textContent = `${shown} of ${rows.length}`;
    };
    tools.addEventListener("input", apply);
    apply();
  }

  // The drawing: drag, wheel and buttons move a view box; a box lights up what it touches.
  const svg = document.getElementById("drawing");
  if (svg) {
    const whole = svg.viewBox.baseVal;
    const home = [whole.x, whole.y, whole.width, whole.height];
    const look = (x, y, width, height) => svg.setAttribute("viewBox", [x, y, width, height].join(" "));
    const zoom = (factor) => {
      const { x, y, width, height } = svg.viewBox.baseVal;
      look(x + (width - width * factor) / 2, y + (height - height * factor) / 2, width * factor, height * factor);
    };
    // A large system, or a small screen, begins at its top left, at a size that can be read.
    const start = () => {
      const { clientWidth: width, clientHeight: height } = svg;
      if (Math.max(home[2] / width, home[3] / height) <= 1.5) return;
      const scale = Math.min(Math.max(home[2] / width, 1), 1.4);
      look(home[0], home[1], width * scale, height * scale);
    };
    start();
    addEventListener("beforeprint", () => look(...home));
    addEventListener("afterprint", start);
    document.getElementById("in").addEventListener("click", () => zoom(0.75));
    document.getElementById("out").addEventListener("click", () => zoom(1.34));
    document.getElementById("home").addEventListener("click", () => look(...home));
    svg.addEventListener("wheel", (event) => { if (event.ctrlKey || event.metaKey) { event.preventDefault(); zoom(event.deltaY > 0 ? 1.1 : 0.9); } }, { passive: false });
    let held = null;
    let moved = 0;
    svg.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; moved = 0; });
    addEventListener("pointermove", (event) => {
      if (!held) return;
      const { x, y, width, height } = svg.viewBox.baseVal;
      const scale = Math.max(width / svg.clientWidth, height / svg.clientHeight);
      look(x - (event.clientX - held[0]) * scale, y - (event.clientY - held[1]) * scale, width, height);
      moved += Math.abs(event.clientX - held[0]) + Math.abs(event.clientY - held[1]);
      held = [event.clientX, event.clientY];
    });
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => { held = null; });
    // What was moved was not followed: a drag that begins on a box is no click.
    svg.addEventListener("click", (event) => { if (moved > 4) { event.preventDefault(); event.stopPropagation(); } }, true);
    svg.addEventListener("dragstart", (event) => event.preventDefault());
    const lines = all(".line", svg);
    for (const box of all(".box", svg)) {
      const light = (on) => {
        for (const line of lines) {
          if (line.dataset.from === box.dataset.id || line.dataset.to === box.dataset.id) line.classList.toggle("on", on);
        }
      };
      // By keyboard, the view follows the box that has the focus.
      box.addEventListener("focus", () => {
        const { x, y, width, height } = svg.viewBox.baseVal;
        const { x: left, y: top } = box.querySelector("rect").getBBox();
        if (left < x || left > x + width * 0.9 || top < y || top > y + height * 0.9) look(left - width / 3, top - height / 3, width, height);
      });
      for (const name of ["mouseenter", "focus"]) box.addEventListener(name, () => light(true));
      for (const name of ["mouseleave", "blur"]) box.addEventListener(name, () => light(false));
    }
  }

  // Following a link opens the parts around what it leads to, and marks every line that it means.
  const reveal = (part) => {
    for (let around = part; around; around = around.parentElement) if (around.tagName === "DETAILS") around.open = true;
  };
  const mark = (names) => {
    for (const line of all("li.hit")) line.classList.remove("hit");
    for (const line of names.map((name) => document.getElementById(name))) if (line) { line.classList.add("hit"); reveal(line); }
  };
  const fragment = () => {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return location.hash.slice(1); }
  };
  const open = () => {
    const part = location.hash && document.getElementById(fragment());
    if (!part) return;
    reveal(part);
    if (part.tagName === "LI") mark([part.id]);
    part.scrollIntoView({ block: part.tagName === "LI" ? "center" : "start" });
  };
  addEventListener("hashchange", open);
  // Between the sides only the other side moves: the line that was left stays in sight, and the focus goes along.
  for (const side of all(".side")) {
    side.addEventListener("click", (event) => {
      const link = event.target.closest("a.arrow");
      if (!link) return;
      event.preventDefault();
      const names = (link.dataset.to || link.hash.slice(1)).split(" ");
      mark([...names, link.parentElement.id]);
      const line = document.getElementById(names[0]);
      const other = line.closest(".side");
      other.scrollTop += line.getBoundingClientRect().top - other.getBoundingClientRect().top - other.clientHeight / 3;
      // On a phone the sides stand below each other.
      if (other.offsetTop !== side.offsetTop) line.scrollIntoView({ block: "center" });
      const back = line.querySelector("a.arrow");
      if (back) back.focus({ preventScroll: true });
    });
  }
  addEventListener("beforeprint", () => all("section:not([aria-labelledby=sides]):not([aria-labelledby=ledger]):not([aria-labelledby=objects]) details")
    .forEach((part) => { part.open = true; }));
  open();
})();
