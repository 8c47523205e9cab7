/** What the last cut-out took and found, as a table. */

import type { Cutout, GpuInfo } from "cleancut";

import { find } from "./dom.js";

const STEPS = { decode: "Reading", preprocess: "Preparing", inference: "Network", matte: "Edges" };

/** `gpu`: the one that is here; `network`: the name of the reader's own. */
export function showFacts(cutout: Cutout, gpu: GpuInfo | null, network?: string): void {
  const { timings, backend, width, height, confidence, coverage } = cutout;
  const wasm = `WebAssembly, ${backend === "relaxed" ? "relaxed SIMD" : "SIMD"}, one thread`;
  const elsewhere: Partial<Record<Cutout["backend"], string>> = {
    webgpu: `WebGPU, ${gpu?.adapter}`,
    onnx: `${network}, by tract`,
  };
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const rows: [string, string][] = [
    ["Photo", `${width} × ${height} px`],
    ...Object.entries(timings)
      .filter(([phase]) => phase in STEPS)
      .map(([phase, ms]): [string, string] => [
        STEPS[phase as keyof typeof STEPS],
        `${Math.round(ms)} ms`,
      ]),
    ["Engine", elsewhere[backend] ?? wasm],
    ["Subject", `${percent(coverage)} of the photo, ${percent(confidence)} sure`],
  ];
  const body = find("facts", HTMLTableElement).tBodies[0];
  body?.replaceChildren(...rows.map(toRow));
}

function toRow([name, value]: [string, string]): HTMLTableRowElement {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  row.append(head);
  row.insertCell().textContent = value;
  return row;
}
