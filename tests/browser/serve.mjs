/** Serves the project's folder as it is: the package without any bundler. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://host").pathname));
  try {
    const body =
      path === "/" ? "<!doctype html><title>blank</title>" : await readFile(join(ROOT, path));
    const type = path === "/" ? "text/html" : (TYPES[extname(path)] ?? "application/octet-stream");
    response.writeHead(200, { "content-type": type, "content-security-policy": CSP }).end(body);
  } catch {
    response.writeHead(404, { "content-type": "text/html" }).end("not found");
  }
}).listen(Number(process.argv[2]), "localhost");
