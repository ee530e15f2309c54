/* The answer boxes of a page. Nothing of the checker is loaded before a box has the focus. */
(() => {
  const SCRIPT = document.currentScript.src;
  const KEY = "hwcode-answers";
  const PAUSE = 300; // milliseconds after the last key until an answer is previewed
  const FILE = location.protocol === "file:";

  // --- what the reader did, kept in this browser -----------------------------------------------

  const answers = {
    all() {
      try {
        return JSON.parse(localStorage.getItem(KEY)) ?? {};
      } catch {
        return {};
      }
    },
    keep(key, one) {
      try {
        localStorage.setItem(KEY, JSON.stringify({ ...answers.all(), [key]: one }));
      } catch {
        // Storage is off or full: the verdict stands all the same.
      }
    },
    /** Takes over an exported file; of two answers to a part the later one stays. */
    merge(text) {
      const given = JSON.parse(text);
      if (given?.format !== KEY || typeof given.answers !== "object") {
        throw new Error("this is no file of answers that this book exported");
      }
      const now = answers.all();
      for (const [key, one] of Object.entries(given.answers)) {
        const { text, outcome, when } = one ?? {};
        const whole = [text, outcome, when].every((told) => typeof told === "string");
        if (!whole) throw new Error(`the answer to ${key} in this file is not whole`);
        if (!(now[key]?.when > when)) now[key] = { text, outcome, when };
      }
      localStorage.setItem(KEY, JSON.stringify(now));
      return Object.keys(given.answers).length;
    },
    async wipe() {
      localStorage.removeItem(KEY);
      if (globalThis.caches) await caches.delete("hwcode-checker");
    },
  };

  // --- the checker, when it is wanted ----------------------------------------------------------

  let modules = null;
  let checker = null;
  let state = {};
  const boxes = [];

  const near = (name) => new URL(name, SCRIPT).href;

  function wanted() {
    modules ??= Promise.all([import(near("checker.mjs")), import(near("verdict.mjs"))]);
    return modules.then(([{ Checker }, verdicts]) => {
      checker ??= new Checker(tell);
      return verdicts;
    });
  }

  function tell(told) {
    if (told.failed) checker = null;
    state = "loaded" in told ? { ...state, ...told } : told;
    for (const box of boxes) box.state();
  }

  const megabytes = (bytes) => Math.round(bytes / 1e6);

  function stateText() {
    if (state.failed) return `The checker could not be started (${state.failed}). Check again to retry.`;
    if (state.stage === "starting") return "The checker is starting …";
    if (state.stage === "loading") return `The checker is being loaded, ${megabytes(state.total)} MB, once …`;
    return "";
  }

  // --- one box ---------------------------------------------------------------------------------

  class Box {
    constructor(form) {
      this.form = form;
      this.key = form.dataset.part ?? form.dataset.stepsOf;
      [this.id, this.part = ""] = this.key.split(":");
      this.steps = "stepsOf" in form.dataset;
      this.name = this.steps ? `${this.key} steps` : this.key; // under which it is kept
      this.field = form.querySelector("input[type=text], textarea");
      form.addEventListener("focusin", () => this.open());
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.check();
      });
      this.field?.addEventListener("input", () => this.later());
      form.querySelector("textarea")?.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      });
      const before = answers.all()[this.name];
      if (before) this.restore(before);
    }

    get text() {
      return this.field?.value ?? this.form.querySelector("input:checked")?.value ?? "";
    }

    set text(value) {
      if (this.field) this.field.value = value;
      else for (const one of this.form.querySelectorAll("input")) one.checked = one.value === value;
    }

    restore({ text, outcome, when }) {
      this.text = text;
      this.area("hw-before").textContent = `${when.slice(0, 10)}: ${outcome}`;
    }

    /** An element of the box, made when it is first needed. */
    area(name, attributes = {}) {
      let found = this.form.querySelector(`.${name}`);
      if (!found) {
        found = document.createElement("div");
        found.className = name;
        for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
        this.form.append(found);
      }
      return found;
    }

    open() {
      if (this.opened) return;
      this.opened = true;
      // A live region has to be there before its text, else it is not read out.
      if (this.field && this.form.dataset.kind !== "text") this.area("hw-preview");
      this.area("hw-state", { role: "status" });
      this.area("hw-verdict", { role: "status" });
      if (FILE) {
        this.area("hw-state").textContent =
          "Answers are checked here when the site comes over http: say make serve, or" +
          " python3 -m http.server in the folder of the site. Or use the command: hwcode check" +
          ` ${this.key} "…"`;
        return;
      }
      if ("derived" in this.form.dataset) this.form.after(derivation(this));
      wanted().catch((error) => tell({ failed: String(error) }));
      this.state();
    }

    state() {
      if (!this.opened) return;
      const area = this.area("hw-state");
      const text = this.form.contains(document.activeElement) || state.ready ? stateText() : "";
      if (area.firstChild?.textContent !== text) area.replaceChildren(...(text ? [text] : []));
      if (text && state.stage === "loading") {
        let bar = area.querySelector("progress");
        if (!bar) {
          bar = document.createElement("progress");
          bar.setAttribute("aria-label", "loaded of the checker");
          area.append(bar);
        }
        bar.max = state.total;
        bar.value = state.loaded ?? 0;
      }
    }

    request(name) {
      const { id, part, text, steps } = this;
      return { name, id, part, text, at: null, ...(steps ? { steps } : { earlier: earlier(id, part) }) };
    }

    later() {
      clearTimeout(this.timer);
      this.area("hw-before").textContent = "";
      if (this.form.dataset.kind !== "text") this.timer = setTimeout(() => this.preview(), PAUSE);
    }

    async preview() {
      if (FILE) return;
      const area = this.area("hw-preview");
      if (!this.text.trim()) return area.replaceChildren();
      const verdicts = await wanted();
      const asked = this.text;
      const told = await checker.ask(this.request("preview")).catch(() => null);
      if (told === null || this.text !== asked) return;
      area.replaceChildren(...verdicts.read(told));
      area.classList.toggle("hw-doubt", "unreadable" in told);
    }

    async check() {
      this.open();
      if (FILE) return;
      const text = this.text;
      const area = this.area("hw-verdict");
      if (!text.trim()) {
        return this.show("unreadable", "There is no answer yet.");
      }
      clearTimeout(this.timer);
      this.show("checking", "Checking …");
      try {
        const verdicts = await wanted();
        const told = await checker.ask(this.request("check"));
        const read = told.beside?.read ?? {};
        this.form.querySelector(".hw-preview")?.replaceChildren(...verdicts.read(read));
        const [kind, ...content] = verdicts.shown(told);
        this.show(kind, ...content, ...this.choices(told), ...this.doubts(verdicts, text, told));
        area.dataset.reply = JSON.stringify(told.reply);
        const { verdict, readings } = told.reply;
        const outcome = verdict?.outcome ?? (readings ? "asked back" : "unreadable");
        answers.keep(this.name, { text, outcome, when: new Date().toISOString() });
      } catch (error) {
        this.show("our-fault", `The check itself failed: ${error.message ?? error}`);
      }
    }

    show(kind, ...content) {
      const area = this.area("hw-verdict");
      area.dataset.outcome = kind;
      area.replaceChildren(...content);
      dispatchEvent(new Event("resize")); // what is too wide has to be reachable by the keyboard
    }

    /** Where an answer can be read in two ways: a button for each. */
    choices({ reply }) {
      return (reply.readings ?? []).map((reading) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "hw-reading";
        button.textContent = reading;
        button.addEventListener("click", () => {
          this.text = reading;
          this.field?.focus();
          this.check();
        });
        return button;
      });
    }

    *doubts(verdicts, text, told) {
      if (told.reply.verdict?.outcome === "right" || told.reply.readings) return;
      const fold = document.createElement("details");
      const summary = document.createElement("summary");
      const which = document.createElement("span");
      which.className = "visually-hidden";
      which.textContent = ` with the verdict on ${this.name}`;
      summary.append("I disagree", which);
      fold.append(summary);
      fold.addEventListener("toggle", () => {
        if (!fold.open || fold.querySelector("textarea")) return;
        const report = verdicts.report(this.key, text, told, checker?.opening?.version ?? "");
        const area = document.createElement("textarea");
        area.readOnly = true;
        area.rows = 9;
        area.value = report;
        area.setAttribute("aria-label", `text for a report on ${this.name}`);
        fold.append("Copy this into a report; nothing is sent from here.", area, copier(`the report on ${this.name}`, () => report));
      });
      yield fold;
    }
  }

  /** The reader's answers to the other parts of a question: one that follows from them says so. */
  function earlier(id, part) {
    const others = Object.entries(answers.all()).filter(([key]) => key.startsWith(`${id}:`));
    const named = others.map(([key, { text }]) => [key.slice(id.length + 1), text]);
    return Object.fromEntries(named.filter(([name]) => name !== part && !name.includes(" ")));
  }

  /** Beside a formula: an area for the way to it, whose every step is decided. */
  function derivation({ key, form }) {
    const fold = document.createElement("details");
    const name = `steps-${form.querySelector("input").id}`;
    fold.className = "hw-steps";
    // All of it is fixed text but the key, which comes from the book.
    fold.innerHTML =
      `<summary>Check a derivation<span class="visually-hidden"> of ${key}</span></summary>` +
      `<form class="hw-box" data-kind="area" data-steps-of="${key}"><label for="${name}">` +
      "Your steps: a chain A = B = C, or one equality a line; LaTeX will do</label>" +
      `<div class="hw-entry"><textarea id="${name}" rows="4" autocomplete="off" ` +
      'autocapitalize="off" spellcheck="false"></textarea><button>Check' +
      `<span class="visually-hidden"> the steps of ${key}</span></button></div></form>`;
    boxes.push(new Box(fold.querySelector("form")));
    return fold;
  }

  /** A button that copies a text; its name says which, as there are several on a page. */
  function copier(what, text) {
    const button = document.createElement("button");
    const name = (word) => {
      button.textContent = word;
      button.setAttribute("aria-label", `${word} ${what}`);
    };
    button.type = "button";
    name("Copy");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text());
        name("Copied");
      } catch {
        name("Select and copy by hand");
      }
    });
    return button;
  }

  // --- what is kept: export, import, wipe -----------------------------------------------------

  function keeper(place) {
    const told = place.querySelector("[role=status]");
    const count = () => {
      const all = Object.values(answers.all());
      const right = all.filter(({ outcome }) => outcome === "right").length;
      told.textContent = `Kept in this browser: ${all.length} answers, ${right} of them right.`;
    };
    const on = (name, act) => place.querySelector(`[name=${name}]`).addEventListener("click", act);
    on("export", () => {
      const text = JSON.stringify({ format: KEY, answers: answers.all() }, null, 1);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = "hwcode-answers.json";
      link.click();
    });
    place.querySelector("[type=file]").addEventListener("change", async ({ target }) => {
      try {
        const found = answers.merge(await target.files[0].text());
        count();
        told.textContent += ` ${found} read from the file.`;
      } catch (error) {
        told.textContent = `Nothing was taken over: ${error.message}`;
      }
      target.value = "";
    });
    on("wipe", async ({ target }) => {
      if (target.dataset.asked !== "yes") {
        target.dataset.asked = "yes";
        target.textContent = "Really delete all of it";
        return;
      }
      await answers.wipe();
      target.dataset.asked = "";
      target.textContent = "Delete all";
      count();
    });
    place.hidden = false;
    count();
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form.hw-box")) {
      boxes.push(new Box(form));
      form.hidden = false;
    }
    for (const code of document.querySelectorAll(".hw-box .hw-command")) {
      code.after(" ", copier(`the command ${code.textContent}`, () => code.textContent));
    }
    document.querySelectorAll(".hw-kept").forEach(keeper);
  });
})();
