"use strict";

// Everything works without this script, but for what is live, and for copying.

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.querySelector("span");
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = "Copy"), 1500);
});
