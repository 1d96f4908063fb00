"use strict";

// Everything works without this script, but for what is live, and for copying.

const MOST_ROWS = 200;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.querySelector("span");
  const before = label.textContent;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = before), 1500);
});

function showButtons(within) {
  for (const button of within.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}

// The server makes the elements, from its own templates.
function elements(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// Listens while the page is visible: a browser has few connections to one host.
function listen(address, take) {
  let source = null;
  const open = () => {
    source = new EventSource(address());
    source.addEventListener("part", (event) => take(JSON.parse(event.data)));
    // It tries again by itself, unless the emulator refuses it: somebody has logged out, or it is another emulator.
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) document.querySelector("[data-lost]").hidden = false;
    });
  };
  const close = () => {
    source?.close();
    source = null;
  };
  const listener = {
    paused: false,
    update() {
      if (document.hidden || this.paused) close();
      else if (!source) open();
    },
  };
  document.addEventListener("visibilitychange", () => listener.update());
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", () => listener.update());
  listener.update();
  return listener;
}

function listenForRows(area) {
  const body = area.querySelector("[data-rows]");
  const news = document.querySelector("[data-news]");
  const empty = document.querySelector("[data-empty]");
  const older = document.querySelector("[data-older]");
  const last = () => Number(body.rows[body.rows.length - 1]?.dataset.number ?? 0);
  const goOnAt = (number) => {
    const url = new URL(older.href);
    url.searchParams.set("before", number);
    older.href = url;
  };
  let version = Number(area.dataset.version || 0);
  let arrived = 0;
  let telling = 0;
  const tell = () => {
    news.textContent = arrived === 1 ? "1 new call" : `${arrived} new calls`;
    arrived = telling = 0;
  };
  const find = (id) => body.querySelector(`[data-id="${CSS.escape(id)}"]`);
  const place = (row) => {
    const before = find(row.dataset.id);
    if (before) {
      const focused = [...before.querySelectorAll("a")].indexOf(document.activeElement);
      before.replaceWith(row);
      if (focused >= 0) row.querySelectorAll("a")[focused]?.focus();
      return;
    }
    // It has changed, but is on a page of older calls.
    if (!older.hidden && Number(row.dataset.number) < last()) return;
    row.classList.add("new");
    const next = [...body.rows].find((other) => Number(other.dataset.number) < Number(row.dataset.number));
    body.insertBefore(row, next ?? null);
    arrived += 1;
  };
  const take = (part) => {
    version = Math.max(version, part.version);
    if (part.cleared) {
      body.replaceChildren();
      older.hidden = true;
    }
    for (const id of part.gone) find(id)?.remove();
    for (const row of [...elements(`<table><tbody>${part.rows}</tbody></table>`).querySelectorAll("tr")]) place(row);
    while (body.rows.length > MOST_ROWS) {
      body.rows[body.rows.length - 1].remove();
      older.hidden = false;
      goOnAt(last());
    }
    empty.hidden = body.rows.length > 0;
    if (arrived && !telling) telling = setTimeout(tell, 1000);
  };
  const address = () => {
    const url = new URL(area.dataset.live, location);
    url.searchParams.set("since", version);
    return url;
  };
  const listener = listen(address, take);
  const pause = document.querySelector("[data-pause]");
  pause.hidden = false;
  pause.addEventListener("click", () => {
    listener.paused = !listener.paused;
    pause.setAttribute("aria-pressed", String(listener.paused));
    pause.querySelector("[data-label]").textContent = listener.paused ? "Paused" : "Live";
    listener.update();
  });
}

// What somebody has opened, written or is at stays so, though the elements are others.
function keep(area, change) {
  const open = new Map([...area.querySelectorAll("details[id]")].map((detail) => [detail.id, detail.open]));
  const place = (field) => `${field.form.getAttribute("action")} ${field.name}`;
  const fields = () => [...area.querySelectorAll("form input:not([type=hidden])")];
  const written = new Map(fields().map((field) => [place(field), field.value]));
  const controls = () => [...area.querySelectorAll("a, button, input, summary, [tabindex]")];
  const name = (element) => `${element.closest("[id]")?.id} ${element.tagName} ${element.textContent.trim()} ${element.name}`;
  const focused = area.contains(document.activeElement) ? name(document.activeElement) : null;
  change();
  for (const detail of area.querySelectorAll("details[id]")) {
    if (open.has(detail.id)) detail.open = open.get(detail.id);
  }
  for (const field of fields()) field.value = written.get(place(field)) ?? field.value;
  if (focused !== null) controls().find((element) => name(element) === focused)?.focus();
}

function listenForCall(area) {
  const news = document.querySelector("[data-news]");
  const take = (part) => {
    if (part.forgotten) {
      document.querySelector("[data-forgotten]").hidden = false;
      return;
    }
    keep(area, () => area.replaceChildren(elements(part.html)));
    if (news.textContent !== part.news) news.textContent = part.news;
    showButtons(area);
  };
  listen(() => area.dataset.liveCall, take);
}

showButtons(document);
for (const area of document.querySelectorAll("[data-live]")) listenForRows(area);
for (const area of document.querySelectorAll("[data-live-call]")) listenForCall(area);
