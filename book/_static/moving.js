/* Figures in which the reader moves something. The page carries a table of what each setting of the
   controls shows, computed by the chapter's own functions while the book was built; this script
   looks the row up and draws it. Nothing is computed here, but the order of the reader's numbers. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const PARTS = 8;
const CORNERS = { cells: true, moved: true };

function pointsOf(packed) {
  const values = [];
  for (let i = 0; i < packed.length; i += 2) {
    values.push((DIGITS.indexOf(packed[i]) * 64 + DIGITS.indexOf(packed[i + 1])) / PARTS);
  }
  return values.flatMap((x, i) => (i % 2 ? [] : [[x, values[i + 1]]]));
}

function outlineOf(kind, packed) {
  if (kind === "line") {
    return packed.split(" ").filter(Boolean).map((piece) => `M${pointsOf(piece).map((at) => at.join(" ")).join("L")}`).join("");
  }
  const points = pointsOf(packed);
  if (!CORNERS[kind]) return points.map(([x, y]) => `M${x} ${y}h0`).join("");
  return points.map(([x, y], i) => {
    if (i % 2) return "";
    const [v, w] = points[i + 1];
    return `M${x} ${y}H${v}V${w}H${x}Z`;
  }).join("");
}

/* The entry of a table for a setting: places of the options that are chosen. */
function entry({ on, tree }, setting) {
  return on.reduce((node, level) => node[Math.min(setting[level], node.length - 1)], tree);
}

/* For each number how many different ones are smaller. */
function orderOf(values) {
  return values.map((value) => new Set(values.filter((other) => other < value)).size).join("");
}

const shown = (value) => String(value).replace("-", "−");

class MovingFigure {
  constructor(box) {
    const { controls, layers, told } = JSON.parse(box.dataset.table);
    Object.assign(this, { box, controls, layers, told, own: [] });
    this.setting = controls.map(({ start }) => start);
    this.parts = layers.map((_, i) => box.querySelector(`[data-layer="${i}"]`));
    const panel = document.createElement("div");
    panel.className = "hw-controls";
    panel.append(...controls.map((control, level) => this.made(control, level)));
    this.output = document.createElement("output");
    box.append(panel, this.output);
    this.draw();
  }

  made(control, level) {
    const { kind, label, options, start } = control;
    if (kind === "numbers") return this.numbers(control, level);
    const row = document.createElement("label");
    row.append(label);
    const input = document.createElement(kind === "choice" ? "select" : "input");
    if (kind === "choice") {
      input.append(...options.map((text, place) => new Option(text, place, place === start, place === start)));
    } else {
      Object.assign(input, { type: "range", min: 0, max: options.length - 1, step: 1 });
      input.defaultValue = start;
      input.value = start;
      control.seen = document.createElement("span");
      control.seen.className = "hw-value";
      control.seen.ariaHidden = "true";
    }
    input.addEventListener("input", () => {
      control.wanted = Number(input.value);
      this.draw();
    });
    Object.assign(control, { input, wanted: start });
    row.append(input, control.seen ?? "");
    return row;
  }

  /* One field for each of the reader's numbers; while one is unreadable, the drawing stays. */
  numbers(control, level) {
    const group = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = control.label;
    this.own = control.own;
    const fields = control.own.map((value) => {
      const field = document.createElement("input");
      Object.assign(field, { type: "number", min: -999, max: 999, step: "any", defaultValue: value, required: true });
      return field;
    });
    group.addEventListener("input", () => {
      const wrong = fields.findIndex((field) => !field.validity.valid);
      if (wrong >= 0) {
        this.output.textContent = `x${wrong + 1} is no number from −999 to 999: the figure still shows the last ones.`;
        return;
      }
      this.own = fields.map((field) => field.valueAsNumber);
      this.setting[level] = control.options.indexOf(orderOf(this.own));
      this.draw();
    });
    group.append(legend, ...fields.map((field, place) => {
      const row = document.createElement("label");
      row.append(`x${place + 1}`, field);
      return row;
    }));
    return group;
  }

  written(text) {
    return text.replace(/\{(\d)\}/g, (_, place) => shown(this.own[place]));
  }

  draw() {
    this.controls.forEach((control, level) => this.limit(control, level));
    this.layers.forEach((layer, i) => this.place(layer, this.parts[i]));
    const lines = this.told.map(({ name, ...table }) => {
      const line = document.createElement("span");
      const value = document.createElement("strong");
      value.textContent = this.written(entry(table, this.setting));
      line.append(`${name}: `, value);
      return line;
    });
    this.output.replaceChildren(...lines.flatMap((line, i) => (i ? ["; ", line] : [line])));
  }

  /* How many options there are may depend on the controls before; what was chosen comes back. */
  limit({ counts, input, seen, options, wanted }, level) {
    if (!input) return;
    const count = counts ? entry(counts, this.setting) : options.length;
    const place = Math.min(wanted, count - 1);
    if (counts) {
      if (seen) input.max = count - 1;
      input.value = place;
      input.disabled = count === 1;
    }
    this.setting[level] = place;
    const text = counts && count === 1 && options.length > 1 ? "no effect here" : options[place];
    if (!seen) return;
    seen.textContent = text;
    input.setAttribute("aria-valuetext", text);
  }

  place({ kind, d, at, text }, part) {
    if (!text) {
      part.setAttribute("d", outlineOf(kind, entry(d, this.setting)));
      if (at) part.setAttribute("transform", `translate(${pointsOf(entry(at, this.setting))[0].join(" ")})`);
      return;
    }
    const points = pointsOf(entry(at, this.setting));
    const found = entry(text, this.setting);
    const texts = kind === "own" ? [...found].map((one) => shown(this.own[one])) : found.split("|").map((one) => this.written(one));
    part.replaceChildren(...points.map(([x, y], i) => {
      const word = document.createElementNS("http://www.w3.org/2000/svg", "text");
      word.setAttribute("x", x);
      word.setAttribute("y", y);
      word.setAttribute("dy", ".35em");
      word.textContent = texts[i];
      return word;
    }));
  }
}

for (const box of document.querySelectorAll("main .hw-moving")) new MovingFigure(box);
