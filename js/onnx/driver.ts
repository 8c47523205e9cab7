/**
 * Somebody's own network: the file `wasm/onnx.js`, loaded only where there is one.
 *
 * In: an ONNX file and its spec. Out: a `Looker`. Where tract panics or memory runs out, its wasm has
 * ended, which all networks of a thread share; each is opened anew when it is next wanted.
 */

import { brandOf } from "../contract/brand.js";
import { CleancutError, cut, isObject, reasonOf } from "../contract/errors.js";
import type { Count, Driver, Host, Looker } from "../contract/looker.js";
import type { Bytes, Device, OnnxModel } from "../contract/types.js";
import init, { __wbg_reset_state, Onnx } from "../wasm/onnx-glue.js";
import { wasm } from "../wasm/onnx-wasm.js";

const GIVEN = "Give the file, its bytes or its URL.";
/** Of what a wasm breaks down over, as of a trap, which has no code. */
const CRASHED = "crashed";
const HINT = "The message names what is in the way; docs/research.md says what runs.";

type Report = Parameters<Driver["find"]>[2];

/** How often the wasm was started; 0: it is still to come. */
let starts = 0;
/** Settles when it is started again. */
let restarted: Promise<unknown> | undefined;

class Network implements Looker {
  readonly backend = "onnx";
  readonly view: Looker["view"];
  readonly #load: () => Promise<Onnx>;
  #network: Onnx;
  #start = starts;

  constructor(network: Onnx, load: () => Promise<Onnx>) {
    this.view = [network.width, network.height, network.byBrightest];
    this.#network = network;
    this.#load = load;
  }

  async look(picture: Uint8Array): Promise<Float32Array> {
    if (this.#start !== starts) {
      this.#network = await this.#load();
      this.#start = starts;
    }
    return guarded("inference", () => this.#network.look(picture));
  }

  dispose(): void {
    if (this.#start === starts) this.#network.free();
  }
}

export const drive = (host: Host): Driver => new Networks(host);

/** One network, opened when it is first asked for. */
class Networks implements Driver {
  readonly #host: Host;
  #network: Promise<Looker> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  async find(device: Device, _: unknown, report: Report): Promise<Looker> {
    if (device !== "cpu" && device !== "auto") {
      throw new CleancutError("device", "a network of your own runs on the CPU alone");
    }
    this.#network ??= this.#open(report);
    return this.#network;
  }

  dispose(): void {
    this.#network?.then(
      (network) => network.dispose(),
      () => {},
    );
  }

  async #open(report: Report): Promise<Looker> {
    const again = () => load(this.#host, report);
    try {
      return new Network(await again(), again);
    } catch (thrown) {
      this.#network = undefined;
      throw thrown;
    }
  }
}

/** Loads the wasm and the network, and refuses what cannot run. */
async function load(host: Host, report: Report): Promise<Onnx> {
  const { network, words } = host.network as OnnxModel;
  const total = (starts > 0 ? 0 : wasm.bytes) + sizeOf(network);
  let loaded = 0;
  const count = (bytes: number) => {
    loaded += bytes;
    report(Math.min(loaded, total), Math.max(loaded, total));
  };
  if (starts === 0) {
    await init({ module_or_path: await WebAssembly.compile(await host.read(wasm, count)) });
    starts ||= 1;
  }
  await restarted;
  await guarded("model", () => Onnx.fits(sizeOf(network)));
  const bytes = await bytesOf(network, host, count);
  await restarted;
  return guarded("model", () => {
    Onnx.fits(bytes.byteLength);
    return new Onnx(bytes, words.join("\0"));
  });
}

/** 0 where only the file itself tells. */
function sizeOf(file: OnnxModel["network"]): number {
  const { size, byteLength } = Object(file) as { size?: number; byteLength?: number };
  return size ?? byteLength ?? 0;
}

async function bytesOf(
  file: OnnxModel["network"],
  host: Host,
  count: Count,
): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof file === "string") {
    if (URL.canParse(file)) return host.readUrl(new URL(file), count);
    const message = `the network's "${cut(file)}" is not a URL`;
    throw new CleancutError("option", message, { hint: GIVEN });
  }
  try {
    const bytes = await viewOf(file);
    count(bytes.byteLength);
    return bytes;
  } catch (cause) {
    const message = `the network could not be read: ${cut(reasonOf(cause))}`;
    throw new CleancutError("option", message, { cause, hint: GIVEN });
  }
}

async function viewOf(file: Blob | Bytes): Promise<Uint8Array<ArrayBuffer>> {
  if (ArrayBuffer.isView(file)) {
    return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  }
  if (brandOf(file) === "ArrayBuffer") return new Uint8Array(file as ArrayBuffer);
  return new Uint8Array(await (file as Blob).arrayBuffer());
}

/** What the wasm throws, as it is to be read; `code`: of what it breaks down over. */
async function guarded<T>(code: "model" | "inference", work: () => T): Promise<T> {
  try {
    return work();
  } catch (cause) {
    const words = reasonOf(cause);
    const known = isObject(cause) && "code" in cause ? `${cause.code}` : CRASHED;
    if (known !== CRASHED) {
      throw new CleancutError(known as typeof code, words, { cause, hint: HINT });
    }
    starts += 1;
    restarted = __wbg_reset_state();
    await restarted;
    const what = code === "model" ? "cannot load the model" : "inference failed";
    throw new CleancutError(code, `${what}: tract gave up: ${words}`, { cause, hint: HINT });
  }
}
