/* Small repairs of the theme, for people who use a screen reader or a keyboard. */
document.addEventListener("DOMContentLoaded", () => {
  // The accessible name of a button has to contain its visible text.
  for (const button of document.querySelectorAll("button[aria-label], a[aria-label]")) {
    const text = button.textContent.trim().replace(/\s+/g, " ");
    if (text && !button.getAttribute("aria-label").includes(text)) {
      button.removeAttribute("aria-label");
    }
  }
  // Content outside of every landmark gets one.
  for (const part of document.querySelectorAll(".prev-next-footer, .bd-header-article")) {
    if (!part.closest("main, nav, header, footer")) part.setAttribute("role", "region");
  }
});
