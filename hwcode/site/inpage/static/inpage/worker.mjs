// The worker: Python for WebAssembly with this book's package; it decides what the page sends.
//
// It is started as new Worker(blob) that imports this file, so that it inherits the policy of the
// page: it may load from the page's own origin and from nowhere else.
import { loadPyodide } from "./engine/pyodide.mjs";

const HERE = new URL("./engine/", import.meta.url).href;
const ARCHIVES = ["libraries.zip", "hwcode.zip"];
const STORE = "hwcode-checker";
const SNAPSHOT = new URL("snapshot", HERE).href;
const HEAP = 512 * 2 ** 20; // bytes; above it the page starts a fresh worker after an answer

const say = (told) => self.postMessage(told);

// --- files, kept by the browser: another page, or a fresh start, has them without the network ---

async function store() {
  try {
    return await caches.open(STORE); // absent where a page came by plain http from elsewhere
  } catch {
    return null;
  }
}

async function manifest(kept) {
  const url = new URL("manifest.json", HERE).href;
  try {
    const found = await fetch(url, { cache: "no-cache" });
    if (!found.ok) throw new Error(`${found.status} for ${url}`);
    await kept?.put(url, found.clone());
    return await found.json();
  } catch (error) {
    const old = await kept?.match(url);
    if (old) return await old.json();
    throw error;
  }
}

/** Forgets the files of other versions of the book. */
async function tidy(kept, wanted) {
  for (const one of (await kept?.keys()) ?? []) {
    if (!wanted.has(one.url)) await kept.delete(one);
  }
}

const address = (name, digest) => new URL(`${name}?v=${digest}`, HERE).href;

async function load(kept, name, digest, progress) {
  const url = address(name, digest);
  const old = await kept?.match(url);
  if (old) return new Uint8Array(await unpacked(old.body));
  const found = await fetch(url);
  if (!found.ok) throw new Error(`${found.status} for ${url}`);
  const keeping = kept?.put(url, found.clone()).catch(() => {}); // the disk may be full
  const counted = found.body.pipeThrough(
    new TransformStream({
      transform(chunk, control) {
        progress(chunk.length);
        control.enqueue(chunk);
      },
    }),
  );
  const content = new Uint8Array(await unpacked(counted));
  await keeping;
  return content;
}

const unpacked = (body) =>
  new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

// --- Python -----------------------------------------------------------------------------------

/** Starts Python; from a picture of its memory if there is one. */
async function boot(files, picture) {
  const { default: create } = await import("./engine/pyodide.asm.mjs");
  const served = new Map([
    [`${HERE}pyodide.asm.wasm`, [files["pyodide.asm.wasm"], "application/wasm"]],
    [`${HERE}python.zip`, [files["python.zip"], "application/zip"]],
  ]);
  const fetched = self.fetch;
  self.fetch = async (asked, ...rest) => {
    const found = served.get(String(asked.url ?? asked));
    if (!found) return fetched(asked, ...rest);
    return new Response(found[0], { headers: { "Content-Type": found[1] } });
  };
  const options = {
    indexURL: HERE,
    stdLibURL: `${HERE}python.zip`,
    // No package is ever loaded: without these Pyodide would ask for its list of packages.
    lockFileContents: {
      info: { arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2", abi_version: "2026_0" },
      packages: {},
    },
    packageBaseUrl: HERE,
    jsglobals: {}, // Python sees nothing of the worker: no fetch, no caches
  };
  if (picture) {
    options._loadSnapshot = picture;
    options.createPyodideModule = async (settings) => {
      const module = await create(settings);
      // Pyodide 314 does not make room for the picture by itself.
      if (module.HEAP8.length < picture.length) module._emscripten_resize_heap(picture.length);
      return module;
    };
  } else {
    options._makeSnapshot = true;
    options.createPyodideModule = create;
  }
  try {
    const python = await loadPyodide(options);
    for (const name of ARCHIVES) python.FS.writeFile(`/${name}`, files[name]);
    return python;
  } finally {
    self.fetch = fetched;
  }
}

const FIRST = `
import sys, zipfile

# A library that reads a table beside its modules.
with zipfile.ZipFile("/libraries.zip") as archive:
    files = [name for name in archive.namelist() if name.startswith("latex2mathml/")]
    archive.extractall("/typesetting", files)
sys.path[:0] = ["/typesetting", "/hwcode.zip", "/libraries.zip"]
from hwcode.site.inpage import desk
desk.mathml("x")
`;
// A picture holds the seeds of random numbers, too.
const AGAIN = "import random; random.seed()";

async function fresh(kept, files, stamp) {
  const python = await boot(files, null);
  python.runPython(FIRST);
  if (kept) {
    try {
      const picture = python.makeMemorySnapshot();
      const made = new Response(picture, { headers: { "X-Stamp": stamp } });
      kept.put(SNAPSHOT, made).catch(() => {});
    } catch (error) {
      console.info(`no picture of Python's memory is kept: ${error}`);
    }
  }
  return python;
}

async function start() {
  const kept = await store();
  const { files: listed, stamp } = await manifest(kept);
  const packed = Object.keys(listed).filter((name) => name.endsWith(".gz"));
  const total = packed.reduce((sum, name) => sum + listed[name].bytes, 0);
  let done = 0;
  const progress = (bytes) => say({ loaded: (done += bytes), total });
  say({ stage: "loading", total });
  const pairs = packed.map(async (name) => [
    name.slice(0, -".gz".length),
    await load(kept, name, listed[name].digest, progress),
  ]);
  const files = Object.fromEntries(await Promise.all(pairs));
  say({ stage: "starting" });
  const old = await kept?.match(SNAPSHOT);
  let python = null;
  if (old?.headers.get("X-Stamp") === stamp) {
    try {
      python = await boot(files, new Uint8Array(await old.arrayBuffer()));
      python.runPython(AGAIN);
    } catch (error) {
      console.info(`Python's memory could not be restored: ${error}`);
      python = null;
      await kept.delete(SNAPSHOT);
    }
  }
  const restored = python !== null;
  python ??= await fresh(kept, files, stamp);
  const desk = python.pyimport("hwcode.site.inpage.desk");
  self.onmessage = ({ data: { n, request } }) => {
    try {
      const reply = JSON.parse(desk.reply(request));
      say({ n, reply, full: python._module.HEAP8.length > HEAP });
    } catch (error) {
      // The stack of the browser is shorter than Python's own limit in some of them.
      const deep = error instanceof RangeError || /call stack|recursion/i.test(String(error));
      say({ n, broken: deep ? "deep" : String(error) });
    }
  };
  say({ ready: true, restored, opening: JSON.parse(desk.opening()) });
  const wanted = packed.map((name) => address(name, listed[name].digest));
  await tidy(kept, new Set([...wanted, SNAPSHOT, new URL("manifest.json", HERE).href]));
}

start().catch((error) => say({ failed: String(error) }));
