/* What the browser does by itself is left to it: folds are details, formulas are MathML. */

const folds = () => [...document.querySelectorAll("main details.hw-fold")];
const remembered = (fold) => `hw-fold:${location.pathname}#${fold.id}`;

/* Small repairs of the theme, for people who use a screen reader or a keyboard. */
function repairTheme() {
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
  // Buttons that copy are told apart by what they copy.
  const cells = [...document.querySelectorAll("main .cell_input")];
  for (const [number, button] of document.querySelectorAll("button.copybtn").entries()) {
    const cell = cells.indexOf(button.closest(".cell_input")) + 1;
    const what = cell ? `the code of cell ${cell}` : `text ${number + 1}`;
    button.setAttribute("aria-label", `Copy ${what}`);
  }
}

/* Folds: remembered in the browser, opened by a link into them, by one switch, and in print. */
function restoreFolds() {
  const all = localStorage.getItem("hw-all") === "open";
  for (const fold of folds()) {
    if (all || (fold.id && localStorage.getItem(remembered(fold)))) fold.open = true;
  }
}

function remember(event) {
  const fold = event.target;
  if (!fold.matches?.("main details.hw-fold[id]")) return;
  if (fold.open) localStorage.setItem(remembered(fold), "open");
  else localStorage.removeItem(remembered(fold));
}

function addSwitch() {
  const title = document.querySelector("main article h1");
  if (!title || folds().length < 2) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "hw-switch";
  const show = () => {
    const open = localStorage.getItem("hw-all") === "open";
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? "Close all answers and hints" : "Open all answers and hints";
  };
  button.addEventListener("click", () => {
    const open = localStorage.getItem("hw-all") !== "open";
    if (open) localStorage.setItem("hw-all", "open");
    else localStorage.removeItem("hw-all");
    for (const fold of folds()) fold.open = open;
    show();
  });
  show();
  title.after(button);
}

function openTarget() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  target.scrollIntoView();
}

let closedForPrint = [];
window.addEventListener("beforeprint", () => {
  closedForPrint = [...document.querySelectorAll("main details:not([open])")];
  for (const fold of closedForPrint) fold.open = true;
  fitOnPaper([...document.querySelectorAll("main .hw-formula, main .hw-wide")]);
});
window.addEventListener("afterprint", () => {
  for (const fold of closedForPrint) fold.open = false;
  for (const formula of document.querySelectorAll("main math[style]")) formula.style.fontSize = "";
});

/* A displayed formula never breaks: one that is wider than the paper is set in smaller type. */
const PAPER = 520; // pixels, at the least, between the margins and what folds and numbers take
const ON_PAPER = 12 / 16; // how letters of print stand to those of the screen, as in book.css

function fitOnPaper(boxes) {
  const scale = window.matchMedia("print").matches ? 1 : ON_PAPER;
  // All are made narrow, then all are measured: one after the other, each would lay out the page.
  const styles = boxes.map(({ style: { flex, width } }) => ({ flex, width }));
  for (const box of boxes) Object.assign(box.style, { flex: "none", width: "1px" });
  const ratios = boxes.map((box) => PAPER / (box.scrollWidth * scale));
  boxes.forEach((box, place) => {
    Object.assign(box.style, styles[place]);
    const formula = box.querySelector("math");
    if (formula && ratios[place] < 1) formula.style.fontSize = `${ratios[place].toFixed(3)}em`;
  });
}

/* A formula of the running text that is wider than its column stands on a line of its own. */
const COLUMN = "p, li, td, th, dd, dt, figcaption, summary, .hw-wide";

function boxWideFormulas() {
  const wide = [...document.querySelectorAll("main math:not([display])")].filter((formula) => {
    const column = formula.parentElement.closest(COLUMN);
    if (!column?.clientWidth || column.matches(".hw-wide")) return false;
    return formula.getBoundingClientRect().width > column.clientWidth + 1;
  });
  for (const formula of wide) {
    const box = document.createElement("span");
    box.className = "hw-wide";
    formula.replaceWith(box);
    box.append(formula);
  }
}

/* What scrolls by itself has to be reachable by the keyboard, and nothing else. */
const SCROLLERS =
  "main pre, main figure, main .hw-preview, main .hw-verdict, main .hw-formula, main .hw-wide, main .cell_output *, main .pst-scrollable-table-container";

function markScrollers() {
  boxWideFormulas();
  const scrolling = [];
  for (const box of document.querySelectorAll(SCROLLERS)) {
    box.classList.remove("hw-scrolls");
    if (box.scrollWidth <= box.clientWidth + 1) box.removeAttribute("tabindex");
    else if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)) scrolling.push(box);
  }
  for (const box of scrolling) {
    box.tabIndex = 0;
    box.classList.add("hw-scrolls");
  }
}

let waiting = 0;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(markScrollers, 100);
}

/* On the page of search results, questions stand first: "2.2.2" finds that number in all homeworks. */
function findQuestions() {
  const results = document.querySelector("#search-results");
  const wanted = new URLSearchParams(location.search).get("q")?.trim().toLowerCase();
  if (!results || !wanted || typeof QUESTIONS === "undefined") return;
  const words = wanted.split(/\s+/);
  const found = QUESTIONS.filter(({ id, title }) => {
    const name = id.toLowerCase();
    const number = name.slice(name.indexOf("-") + 1);
    if (/\d/.test(wanted)) return name === wanted || number === wanted || number.startsWith(`${wanted}.`);
    return words.every((word) => title.toLowerCase().includes(word));
  });
  if (!found.length) return;
  const list = document.createElement("ul");
  for (const { id, title, place } of found) {
    const link = document.createElement("a");
    link.href = document.documentElement.dataset.content_root + place;
    link.textContent = `${id}: ${title}`;
    list.append(document.createElement("li"));
    list.lastChild.append(link);
  }
  const heading = document.createElement("h2");
  heading.textContent = "Questions";
  const box = document.createElement("section");
  box.className = "hw-found";
  box.append(heading, list);
  results.before(box);
}

document.addEventListener("DOMContentLoaded", () => {
  findQuestions();
  restoreFolds();
  addSwitch();
  openTarget();
  document.addEventListener("toggle", remember, true);
  document.addEventListener("toggle", soon, true);
});
window.addEventListener("hashchange", openTarget);
window.addEventListener("resize", soon);
window.addEventListener("load", async () => {
  await document.fonts.ready;
  repairTheme();
  markScrollers();
  document.documentElement.dataset.ready = "true";
});
