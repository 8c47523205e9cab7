/** `npm start`: sets up, builds, and serves the demo page until it is stopped. */

import { build } from "./build.mjs";
import { step } from "./step.mjs";

await build();
step("Building the demo page", "npx", ["vite", "build", "www"]);
step("Serving the demo page; Ctrl+C ends it", "npx", ["vite", "preview", "www"]);
