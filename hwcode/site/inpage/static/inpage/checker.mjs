// The page's side of the worker: one answer at a time, each with its limit of time.

const HERE = new URL(".", import.meta.url).href;
const STARTING = 180; // seconds that Python may take to start, on a busy machine too

/** Asks the worker, and starts it anew when an answer took it down. */
export class Checker {
  /** @param told called with a state: {loaded, total}, {stage}, {ready} or {failed} */
  constructor(told) {
    this.told = told;
    this.waiting = [];
    this.current = null;
    this.count = 0;
    this.start();
  }

  start() {
    this.ready = false;
    // A worker that is made of a blob inherits the policy of this page; one from an address would
    // have that of its own response, and a plain server sends none.
    const source = `import(${JSON.stringify(`${HERE}worker.mjs`)})
      .catch((error) => self.postMessage({ failed: String(error) }));`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.worker = new Worker(url, { type: "module" });
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = () => this.receive({ failed: "the worker did not start" });
    this.timer = setTimeout(() => this.receive({ failed: "Python did not start" }), 1000 * STARTING);
  }

  receive(data) {
    if (data.ready) {
      clearTimeout(this.timer);
      this.ready = true;
      this.opening = data.opening;
      this.told(data);
      this.next();
    } else if (data.failed) {
      this.worker.terminate();
      clearTimeout(this.timer);
      for (const job of this.take()) job.fail(new Error(data.failed));
      this.told(data);
    } else if ("n" in data) {
      this.answered(data);
    } else {
      this.told(data);
    }
  }

  take() {
    const all = [...(this.current ? [this.current] : []), ...this.waiting];
    this.current = null;
    this.waiting = [];
    return all;
  }

  answered({ n, reply, full, broken }) {
    const job = this.current;
    if (job?.n !== n) return;
    clearTimeout(this.timer);
    this.current = null;
    if (broken) {
      this.again();
      const { deep } = this.opening;
      if (broken === "deep") job.done({ reply: deep, ...deep });
      else job.fail(new Error(broken));
    } else {
      job.done(reply);
      if (full) this.again();
      else this.next();
    }
  }

  again() {
    clearTimeout(this.timer);
    this.worker.terminate();
    this.start();
  }

  next() {
    if (!this.ready || this.current || !this.waiting.length) return;
    this.current = this.waiting.shift();
    const { n, request } = this.current;
    this.timer = setTimeout(() => this.late(), 1000 * this.opening.seconds);
    this.worker.postMessage({ n, request: JSON.stringify(request) });
  }

  late() {
    const job = this.current;
    this.current = null;
    this.again();
    const { id, part, text } = job.request;
    const { verdict } = this.opening.late;
    const reply = { verdict: { ...verdict, id, part, answer: text.slice(0, 200) } };
    job.done({ reply, beside: { word: verdict.outcome, meaning: "" }, late: true });
  }

  /** The reply to a request, {name, id, part, text, at}; a preview gives way to what came later. */
  ask(request) {
    if (request.name === "preview") this.drop((job) => job.request.name === "preview");
    return new Promise((done, fail) => {
      const job = { n: ++this.count, request, done, fail };
      if (request.name === "check") {
        // Who presses the button waits for no preview.
        this.drop((one) => one.request.name === "preview");
        if (this.current?.request.name === "preview" && this.ready) {
          const now = this.current;
          setTimeout(() => this.current === now && this.cut(now), 1000);
        }
      }
      this.waiting.push(job);
      this.next();
    });
  }

  drop(which) {
    for (const job of this.waiting.filter(which)) job.done(null);
    this.waiting = this.waiting.filter((job) => !which(job));
  }

  /** Gives up a preview that takes too long. */
  cut(job) {
    this.current = null;
    job.done(null);
    this.again();
  }
}
