// Runs requests on real workerd. JSON lines on standard input and output:
//   in    [[{"mode": "batch", "statements": ["…"]}, {"mode": "query"|"import", "sql": "…"}, …], …]
//         {"mode": "uses", "statements": ["…"]} takes each statement back, and its rows are the messages;
//         {"mode": "rows"} has a row for each table: its name, columns and content
//   out   [{"requests": [{"error": null|"…", "rows": [[…]]}], "objects": [[…]], "tables": {"name": [[…]]}}, …]
// A line holds sequences of requests; each sequence meets an empty database. Or it holds one request to a database
// that stays, by its name:
//   in    {"database": "…", "action": "transact"|"import"|"bookmark"|"delete", "statements": [{"sql": "…"}], "sql": "…"}
//   out   {"error": null|"…", "results": [{"columns": ["…"], "rows": [[…]], "rows_read": 1, …}], "wrote": false, …}
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../node/package.json", import.meta.url));
process.env.MINIFLARE_WORKERD_PATH ??= require("workerd").default;
if (existsSync("/dev/shm")) process.env.TMPDIR = "/dev/shm"; // each request waits for its commit to be on disk
const { Miniflare } = require("miniflare");

const miniflare = new Miniflare({
  modules: true,
  scriptPath: fileURLToPath(new URL("worker.mjs", import.meta.url)),
  compatibilityDate: "2026-07-01",
  compatibilityFlags: ["experimental"],
  handleRuntimeStdio: (output, errors) => [output, errors].forEach((stream) => stream.resume()),
  durableObjects: { DATABASES: { className: "Database", useSQLite: true } },
});
await miniflare.ready;

for await (const line of createInterface({ input: process.stdin })) {
  const response = await miniflare.dispatchFetch("http://rig/", { method: "POST", body: line });
  process.stdout.write(`${await response.text()}\n`);
}
await miniflare.dispose();
