/**
 * Serves the project's folder as it is: the package without any bundler, under a strict CSP.
 * `/br/` serves the same with brotli, `/cors/` to every origin; `/blank?name=value` has more headers;
 * a form posted to `/upload` is answered with what arrived.
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { decode } from "fast-png";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const BLANK = "<!doctype html><title>blank</title><body></body>";

const compressed = new Map();

async function read(path, brotli) {
  const bytes = await readFile(join(ROOT, path));
  if (!brotli) return bytes;
  if (!compressed.has(path)) compressed.set(path, brotliCompressSync(bytes));
  return compressed.get(path);
}

/** The shares of a PNG that are clear and solid; nothing of any other file. */
function alphaOf(type, bytes) {
  if (type !== "image/png") return undefined;
  const { data, width, height, channels } = decode(bytes);
  if (channels !== 4) return { clear: 0, solid: 1 };
  const share = (alpha) =>
    data.filter((value, at) => at % 4 === 3 && value === alpha).length / (width * height);
  return { clear: share(0), solid: share(255) };
}

/** Every field of a posted form: files by name, type, size, hash and alpha. */
async function describe(request) {
  const form = await new Response(request, {
    headers: { "content-type": request.headers["content-type"] },
  }).formData();
  const fields = [...form].map(async ([field, value]) => {
    if (typeof value === "string") return { field, value };
    const bytes = Buffer.from(await value.arrayBuffer());
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const alpha = alphaOf(value.type, bytes);
    return { field, name: value.name, type: value.type, size: bytes.length, sha256, alpha };
  });
  return Promise.all(fields);
}

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://host");
  const brotli = pathname.startsWith("/br/");
  const path = normalize(decodeURIComponent(pathname.replace(/^\/(br|cors)\//, "/")));
  if (pathname.startsWith("/cors/")) response.setHeader("access-control-allow-origin", "*");
  const send = (type, body, headers = {}) =>
    response
      .writeHead(200, { "content-type": type, "content-security-policy": CSP, ...headers })
      .end(body);
  try {
    if (request.method === "POST") {
      send("application/json", JSON.stringify(await describe(request)));
    } else if (path === "/" || path === "/blank") {
      send("text/html", BLANK, Object.fromEntries(searchParams));
    } else {
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      send(type, await read(path, brotli), brotli ? { "content-encoding": "br" } : {});
    }
  } catch {
    response.writeHead(404, { "content-type": "text/html" }).end("not found");
  }
}).listen(Number(process.argv[2]), "localhost");
