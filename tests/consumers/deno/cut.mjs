/** Prints the size of a cut-out, made in a worker. */

import { readFileSync } from "node:fs";
import { createRemover } from "cleancut";

const remover = await createRemover();
const cutout = await remover.segment(readFileSync("public/mug.jpg"));
const blob = await cutout.toBlob();
if (blob.type !== "image/png") throw new Error(blob.type);
console.log(`cut out ${cutout.width} x ${cutout.height}`);
await remover.dispose();
