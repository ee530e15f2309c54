// Compiles Python sources to the bytecode of the Python in the page, by that Python itself.
// usage: node compile.mjs FOLDER_OF_PYODIDE ORDER.json
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, path] = process.argv.slice(2);
const order = JSON.parse(readFileSync(path, "utf8"));
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
// Lines are told in tracebacks, columns are not: a third less to load, and no answer depends on them.
const env = { PYTHONNODEBUGRANGES: "1" };
const pyodide = await loadPyodide({ indexURL: folder, env });
pyodide.FS.writeFile("/sources.zip", readFileSync(order.sources));
// What Python itself has loaded by now is wanted in the page, too.
if (order.running) order.roots.push(...pyodide.runPython("import sys; list(sys.modules)").toJs());
pyodide.runPython(readFileSync(new URL("compiling.py", import.meta.url), "utf8"));
pyodide.globals.set("order", JSON.stringify(order));
pyodide.runPython(`
import json
order = json.loads(order)
compiled("/sources.zip", order["roots"], order["late"], order["targets"])
`);
for (const name of Object.keys(order.targets)) {
  writeFileSync(`${order.folder}/${name}`, pyodide.FS.readFile(name));
}
