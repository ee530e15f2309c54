// A verdict as the page shows it. Wrong: where it fails and why, never the answer by itself.

const SIGNS = { right: "✓", wrong: "✗" };
const PARSER = new DOMParser();

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A formula as mathematics; as text where it came without. */
export function formula({ mathml, text }) {
  if (mathml) {
    // Read as XML: nothing in it can become a script of this page.
    const found = PARSER.parseFromString(mathml, "application/xml").documentElement;
    if (found.localName === "math" && !found.querySelector("parsererror")) {
      return document.importNode(found, true);
    }
  }
  return element("code", {}, text ?? "");
}

const line = (label, ...told) => element("p", {}, element("b", {}, `${label}: `), ...told);

function convention(row) {
  const root = document.documentElement.dataset.content_root ?? "./";
  const link = element("a", { href: `${root}book/conventions.html#conv-${row}` }, "conventions");
  return element("span", {}, " (", link, ")");
}

/** A sentence that may hold formulas and code. */
const prose = (pieces) => pieces.map((one) => (typeof one === "string" ? one : formula(one)));

function* lines({ verdict }, { words = {}, own, convention: row }) {
  const told = function* (label, name, ...more) {
    const pieces = words[name] ?? [verdict[name]]; // a reply at the limit of time has no words
    if (verdict[name]) yield line(label, ...prose(pieces), ...more);
  };
  const linked = row ? [convention(row)] : [];
  if (verdict.outcome === "wrong") {
    const { point, expected, got } = verdict.counterexample ?? {};
    const where = Object.entries(point ?? {}).map(([name, value]) => `${name} = ${value}`);
    // Without a point the value that was expected would be the answer.
    if (where.length) {
      yield line("Counterexample", `at ${where.join(", ")} the right value is ${expected}, yours is ${got}`);
    }
    if (verdict.diagnosis) yield* told("Why", "diagnosis", ...linked);
    else yield line("Why", "different from the right answer; no known mistake");
    yield* told("Carried forward", "carried");
    return;
  }
  if (own) yield line("The page has", formula(own));
  yield* told(verdict.outcome === "right" ? "How" : "Why", "detail");
  yield* told("Convention", "convention", ...linked);
  yield* told("Assumption", "assumption");
}

const large = (words) => words[0].toUpperCase() + words.slice(1);
const headed = (words) => element("p", { class: "hw-word" }, words);

function signed({ outcome }, { word, meaning }) {
  const how = outcome === "right" && meaning ? `, ${meaning}` : "";
  return `${SIGNS[outcome] ? `${SIGNS[outcome]} ` : ""}${large(word ?? outcome)}${how}`;
}

/** A step of a derivation: whether it follows, and where it does not. Nothing is said over a gap. */
function step(verdict, beside) {
  const end = verdict.part === "end";
  const words = end
    ? { right: "the end is the answer", wrong: "the end is not the answer" }
    : { right: "follows", wrong: "does not follow" };
  const word = { ...beside, word: words[verdict.outcome] ?? beside.word };
  const told = element("li", { "data-outcome": verdict.outcome.replaceAll(" ", "-") });
  told.append(formula(beside), headed(signed(verdict, word)));
  if (end) told.append(...lines({ verdict }, beside));
  else if (beside.fails) told.append(line("Counterexample", beside.fails));
  if (!end && verdict.outcome !== "wrong" && verdict.diagnosis) told.append(line("Why", verdict.diagnosis));
  return told;
}

/** What stands under a box. @param told the reply of the worker to "check" */
export function shown({ reply, beside = {} }) {
  const { verdict, unreadable, unknown, readings } = reply;
  if (readings) return ["asked-back", headed("Which of these do you mean?")];
  if (!verdict) return ["unreadable", headed("Could not be read"), element("p", {}, unreadable ?? unknown)];
  const kind = verdict.outcome.replaceAll(" ", "-");
  if (!beside.steps) return [kind, headed(signed(verdict, beside)), ...lines(reply, beside)];
  const steps = verdict.parts.map((one, place) => step(one, beside.steps[place]));
  return [kind, headed(signed(verdict, beside)), line("Steps", verdict.detail), element("ol", {}, ...steps)];
}

const notes = ({ notes }) => (notes?.length ? ` (${notes.join("; ")})` : "");

/** How an answer is read, while it is typed or beside its verdict. */
export function read({ unreadable, chain, ...told }) {
  if (unreadable) return [unreadable];
  if (chain) return [element("ol", {}, ...chain.map((one) => element("li", {}, formula(one))))];
  return told.text ? ["Read as ", formula(told), notes(told)] : [];
}

/** Plain text for a report by somebody who disagrees. */
export function report(key, text, { reply }, version) {
  const told = reply.verdict?.disagree.split("\n") ?? [
    `I disagree with a verdict of hwcode ${version}.`,
    `question: ${key}`,
    `typed: ${text}`,
    `not read: ${reply.unreadable ?? reply.unknown}`,
    "",
    "what it should be, and why:",
  ];
  return [...told, "", `browser: ${navigator.userAgent}`].join("\n");
}
