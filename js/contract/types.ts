/** The written contract: what callers give and get. */

import type { OptionName } from "../wasm/options.js";

/** Plain pixels: `[height, width, 4]` RGBA, 8 bit, sRGB, straight alpha, upright. */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
}

/**
 * A picture. Files (`Blob`, `ArrayBuffer`, a view at its own offset and length, `Response`, `URL`,
 * a URL as a string) hold JPEG, PNG or WebP, or whatever else the browser decodes. An image of the
 * page's own origin is read from its file, any other as the browser shows it.
 */
export type ImageInput =
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoFrame
  | Response
  | URL
  | string
  | Pixels;

/** `load` is the download and start of the wasm and, where it is needed, the model; the rest are the steps of the pipeline. */
export type Phase =
  | "load"
  | "decode"
  | "preprocess"
  | "inference"
  | "matte"
  | "compose"
  | "encode"
  | "done";

/** Where a request is. `fraction` never goes back within a request. */
export interface Progress {
  readonly phase: Phase;
  /** Estimated share of the whole request that is behind us, 0 to 1. */
  readonly fraction: number;
  /** During `load`: bytes read so far of what this request loads; 0 in later phases. */
  readonly loadedBytes: number;
  /** During `load`: bytes of it in all, uncompressed; 0 in later phases. */
  readonly totalBytes: number;
}

/** A network: `base` is right about most photos, `small` is a third of its bytes and nearly as good. */
export type ModelName = "base" | "small";

/**
 * Where the network runs: on the CPU; on a GPU that was found right and faster (`auto`); on a GPU that
 * was found right, or not at all (`webgpu`). `software`: also on a GPU that is the CPU in disguise, which
 * is slow: for tests.
 */
export type Device = "auto" | "cpu" | "webgpu" | "software";

/** What every request takes. */
export interface RequestOptions {
  /** Ends the request; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the request advances. What it throws is reported to the page and changes nothing. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Where the work is done. */
export interface DeviceOptions {
  /** Where the network runs; `cpu` unless set. The answer is the same, byte for byte. */
  readonly device?: Device | undefined;
}

/** How the subject is found. */
export interface FindOptions extends DeviceOptions {
  /** The limit on a photo's width x height, px; 64 000 000 unless set. */
  readonly maxPixels?: number | undefined;
  /** The side of the square that the network looks at, px: a multiple of 32, 160 to 640; 320 unless set. */
  readonly inputSize?: number | undefined;
  /** The network; `base` unless set. Only the one that is used is downloaded. */
  readonly model?: ModelName | undefined;
  /**
   * Who finds the subject: the network, the plain ground's colours (`studio`, which loads no model),
   * or both (`auto`, unless set).
   */
  readonly method?: "auto" | "network" | "studio" | undefined;
  /** How the network's map is brought to the photo's size; `fast` unless set. */
  readonly refine?: false | "off" | "fast" | "best" | undefined;
  /**
   * What happens to what the subject surrounds; `auto` opens what has the colours of the ground and
   * fills what has the subject's.
   */
  readonly holes?: "auto" | "open" | "fill" | undefined;
  /** Which subjects stay; `all` unless set. */
  readonly subjects?: "all" | "largest" | undefined;
  /** Of several subjects the one at this point, px of the upright photo. Takes one more look of the network. */
  readonly at?: { readonly x: number; readonly y: number } | undefined;
  /** Of several subjects those in this box, px of the upright photo. */
  readonly roi?: Rect | undefined;
}

/** A length: px of the photo as a number or `"20px"`, or `"5%"` of the subject's longer side. */
export type Length = number | string;

/** How the picture is made. */
export interface RenderOptions {
  /** Whether the ground's colour is taken out of soft edges; true unless set. */
  readonly decontaminate?: boolean | undefined;
  /** Whether the frame closes around the subject; false unless set. */
  readonly crop?: boolean | undefined;
  /** Room around the subject: one length, or two or four as in CSS. Implies `crop`. */
  readonly margin?: Length | readonly Length[] | undefined;
  /** Width / height of the frame: a number or `"3:4"`. Implies `crop`. */
  readonly aspect?: number | string | undefined;
  /** The share of the frame that the subject spans: 0.05 to 1, or `"85%"`. Implies `crop`. */
  readonly fill?: number | string | undefined;
  /** Where the subject stands in spare room: `center`, `top`, `bottom`, `left`, `right`, or two. */
  readonly align?: string | undefined;
  /** Whether sides that the photo itself cut stay flush with the frame; true unless set. */
  readonly snap?: boolean | undefined;
  /** The output's size, px: `"1600x1600"`, `"1600x"`, or one or both sides. */
  readonly size?: string | { readonly width?: number; readonly height?: number } | undefined;
  /**
   * `transparent` (unless set), a colour (`"#ffffff"`, `"white"`), `"blur"`, a blur of a share of
   * the frame, or a picture.
   */
  readonly background?:
    | string
    | { readonly blur: number }
    | { readonly image: ImageInput; readonly fit?: "cover" | "contain" }
    | undefined;
  /** How a background picture meets a frame of another shape; `cover` unless set. */
  readonly backgroundFit?: "cover" | "contain" | undefined;
  /** What a marketplace asks for; every other option overrides it, wherever either is said. */
  readonly preset?:
    | "amazon"
    | "ebay"
    | "google"
    | "shopify"
    | "tiktok"
    | "walmart"
    | "zalando"
    | undefined;
  /** None unless set; `soft` is made from the mask, `keep` is the photo's own. */
  readonly shadow?: false | "none" | "soft" | "keep" | undefined;
  /** A line around the subject, as of a sticker: `"12px white"`, `"2% #ff0"`, or its parts; none unless set. */
  readonly outline?:
    | false
    | string
    | { readonly width: Length; readonly color: string }
    | undefined;
  /** What stays: the `subject` (unless set), or the `background`, a hole where the subject was. */
  readonly keep?: "subject" | "background" | undefined;
  /** The file's format; `png` unless set. `raw` is RGBA8 without a header. */
  readonly format?: "png" | "webp" | "jpeg" | "raw" | undefined;
  /**
   * 1 to 100. JPEG has 90 unless it is set. WebP is lossless unless it is set; then colours lose, about as much as
   * with libwebp's, and alpha does not.
   */
  readonly quality?: number | undefined;
  /** Of PNG: `best` is a sixth smaller and takes thirty times as long; `fast` unless set. */
  readonly effort?: "fast" | "best" | undefined;
  /** What JPEG and PNG files say of their size in print, 1 to 65535 dots an inch; nothing unless set. */
  readonly dpi?: number | undefined;
  /** `alpha` gives the mask alone, as a grey picture. */
  readonly channels?: "rgba" | "alpha" | undefined;
}

/** Everything a cut-out can be told. */
export interface RemoveOptions extends RequestOptions, FindOptions, RenderOptions {}

type Kebab<T extends string> = T extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `-${Lowercase<Head>}`}${Kebab<Tail>}`
  : T;
type Written = Kebab<Exclude<keyof (FindOptions & RenderOptions), keyof DeviceOptions>>;
/** Fails to compile when the options above and the engine's own differ. */
type Same<A extends B, B extends C, C = A> = [A, B, C];
export type OptionsAreTheEngines = Same<Written, OptionName>;

/** A part of a picture, px from its top left corner. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One truth for each side of a photo. */
export interface Sides {
  readonly top: boolean;
  readonly right: boolean;
  readonly bottom: boolean;
  readonly left: boolean;
}

/** What was found in a photo. */
export interface Subject {
  /** The smallest box around the subject; null: there is none. */
  readonly box: Rect | null;
  /** The share of the photo that the mask covers, 0 to 1. */
  readonly coverage: number;
  /** How sure the answer is, 0 to 1. */
  readonly confidence: number;
  /** The sides of the photo that cut the subject. */
  readonly touches: Sides;
}

/** Milliseconds of each step that ran. */
export type Timings = Readonly<Partial<Record<Phase, number>>>;

/**
 * What ran the network: `webgpu`, `onnx` where it is your own, or a wasm: `relaxed` where the browser has
 * relaxed SIMD, else `simd`; `custom` is a wasm of your own.
 */
export type Backend = "relaxed" | "simd" | "custom" | "webgpu" | "onnx";

/** How much of each pixel belongs to the subject: `[height, width]`, 0 none, 255 all of it. */
export interface Mask {
  readonly data: Uint8Array<ArrayBuffer>;
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
}

/** One movement of a round brush over the photo. */
export interface Stroke {
  /** Whether what it touches belongs to the subject, or does not. */
  readonly mode: "keep" | "erase";
  /** Where it goes, px of the photo; one point is a dot. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** px, above 0. */
  readonly radius: number;
  /** The share of the radius that is painted in full, 0 to 1; 0.8 unless set. */
  readonly hardness?: number | undefined;
}

/** How strokes are taken. */
export interface EditOptions extends RequestOptions {
  /** Whether what looks like the strokes' and is connected to it follows; false unless set. */
  readonly learn?: boolean | undefined;
}

/** Bytes of a file. */
export type Bytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** Where wasm and model come from, when not from the package's own folder. */
export type AssetSource =
  | string
  | URL
  | {
      /** One of the two wasms: its URL, its bytes, or compiled. */
      readonly wasm?: string | URL | Bytes | WebAssembly.Module | undefined;
      /** One of the models, for every request: its URL or its bytes. */
      readonly model?: string | URL | Bytes | undefined;
    };

/** How the published code of a family of networks feeds and reads them. */
export type OnnxPreset =
  | "u2net"
  | "isnet"
  | "modnet"
  | "birefnet-lite"
  | "rmbg"
  | "segmenter"
  | "setr";

/** How a network of your own is fed and read; what is not said is the preset's. */
export interface OnnxSpec {
  /** `u2net` unless set. */
  readonly preset?: OnnxPreset | undefined;
  /** px, 32 to 2048, or `"640x480"`; the file's own unless set, and where that is free the preset's. */
  readonly side?: number | string | undefined;
  /** The order of its dimensions; where the file has its 3 channels unless set. */
  readonly layout?: "nchw" | "nhwc" | undefined;
  /** What is subtracted from values of 0 to 1: one number, or red, green and blue. */
  readonly mean?: number | readonly number[] | undefined;
  /** What they are divided by then. */
  readonly deviation?: number | readonly number[] | undefined;
  /** What makes values of 0 to 1: 255, or each picture's own brightest value. */
  readonly divide?: 255 | "max" | undefined;
  readonly colours?: "rgb" | "bgr" | undefined;
  /** Its name, or its number from 0; the first unless set. */
  readonly output?: string | number | undefined;
  /** How the output becomes saliency. */
  readonly saliency?: "plain" | "sigmoid" | "minmax" | "softmax" | "argmax" | undefined;
  /** Those that are subject, with `softmax` and `argmax`: numbers, or `"1,4-7"`, or `"not 0"`. */
  readonly classes?: string | number | readonly number[] | undefined;
}

/** A network of your own, as `onnx` of `cleancut/onnx` makes it. */
export interface OnnxModel extends DriverFiles {
  /** The ONNX file: its URL, or its bytes. */
  readonly network: string | Blob | Bytes;
  /** The spec as pairs of name and value. */
  readonly words: readonly string[];
}

/** What is loaded where it is asked for. */
export interface DriverFiles {
  /** The driver's name, */
  readonly file: string;
  /** its URL, */
  readonly driver: string;
  /** and that of its wasm. */
  readonly wasm: string;
}

/** How an engine is loaded. */
export interface LoadOptions extends DeviceOptions {
  /** The URL of a copy of the package's `dist/wasm`, or single files. */
  readonly assets?: AssetSource | undefined;
  /** Whether wasm and model are kept in the Cache API; `default` (unless set) or `none`. */
  readonly cache?: "default" | "none" | undefined;
  /** Whether wasm and model must be the published files; true unless set. */
  readonly integrity?: boolean | undefined;
}

/** What `createRemover` takes. */
export interface RemoverOptions extends LoadOptions {
  /** A network of your own in place of those of the package. */
  readonly model?: OnnxModel | undefined;
  /** true (unless set): in a module worker; false: in this thread; or a function that starts `cleancut/worker`. */
  readonly worker?: boolean | (() => Worker) | undefined;
  /** How many workers share the work, 1 to 16; 1 unless set. Each holds its own memory. */
  readonly workers?: number | undefined;
  /** ms until a worker that has nothing to do and holds no cut-out is ended; 60 000 unless set. */
  readonly idleTimeout?: number | undefined;
}

/** What `preload` takes. */
export interface PreloadOptions extends RequestOptions, DeviceOptions {
  /** The network; `base` unless set. */
  readonly model?: ModelName | undefined;
}

/** The GPU that WebGPU gives here. */
export interface GpuInfo {
  /** Its maker, kind and driver, as far as the browser tells. */
  readonly adapter: string;
  /** What WebGPU and its shading language have here beyond the least. */
  readonly features: readonly string[];
  /** Whether it is the CPU in disguise, which only `device: "software"` takes. */
  readonly isSoftware: boolean;
  /** Whether it gave the right bytes when it was last tried; undefined: it was not. */
  readonly passed: boolean | undefined;
}

/** What this place can do, and what a first cut-out would download. */
export interface Capabilities {
  /** WebAssembly with SIMD, without which nothing works. */
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** Whether work leaves this thread. */
  readonly worker: boolean;
  readonly crossOriginIsolated: boolean;
  /** The wasm that would be loaded. */
  readonly backend: Backend;
  /** Whether wasm and model are in the Cache API. */
  readonly cached: boolean;
  /** Bytes of wasm and model, uncompressed, that are not cached. */
  readonly bytesToDownload: number;
  /** null: there is none. */
  readonly gpu: GpuInfo | null;
}

/** One answer of `batch`. */
export type BatchItem = {
  /** Which of the inputs, from 0. */
  readonly index: number;
  readonly input: ImageInput;
} & (
  | { readonly ok: true; readonly blob: Blob; readonly subject: Subject }
  | { readonly ok: false; readonly error: Error }
);
