import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";

/** Serves `folders[name]` under `/name/`, and a blank page. */
export async function serve(folders) {
  const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const [name, ...path] = request.url.slice(1).split("/");
    if (!Object.hasOwn(folders, name)) {
      response.setHeader("content-type", "text/html").end("<!doctype html>");
      return;
    }
    const type = types[extname(request.url)] ?? "application/octet-stream";
    response.setHeader("content-type", type).end(readFileSync(join(folders[name], ...path)));
  });
  await new Promise((done) => server.listen(0, "localhost", done));
  return server;
}
