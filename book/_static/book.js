/* Small repairs of the theme, for people who use a screen reader or a keyboard. */
document.addEventListener("DOMContentLoaded", () => {
  // The accessible name of a button has to contain its visible text.
  for (const button of document.querySelectorAll("button[aria-label], a[aria-label]")) {
    const text = button.textContent.trim().replace(/\s+/g, " ");
    if (text && !button.getAttribute("aria-label").includes(text)) {
      button.removeAttribute("aria-label");
    }
  }
  // Sphinx gives the entries of a bibliography a role that a list may not hold.
  for (const entry of document.querySelectorAll("[role=doc-biblioentry]")) {
    entry.setAttribute("role", "listitem");
  }
  // Content outside of every landmark gets one.
  const sidebar = document.querySelector(".bd-sidebar-primary");
  if (sidebar) {
    sidebar.setAttribute("role", "region");
    sidebar.setAttribute("aria-label", "Book");
  }
});

/* What scrolls by itself has to be reachable by the keyboard; only after MathJax are widths known. */
async function mathematicsIsSet() {
  if (!document.querySelector(".math")) return;
  while (!window.MathJax?.startup?.promise) await new Promise((done) => setTimeout(done, 100));
  await window.MathJax.startup.promise;
}

window.addEventListener("load", async () => {
  await mathematicsIsSet();
  const boxes = "main pre, main figure, main .math, main mjx-container, main .cell_output *";
  for (const box of document.querySelectorAll(boxes)) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
    if (scrolls && box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
  document.documentElement.dataset.ready = "true";
});
