/** `cleancut/onnx`: networks of your own. What runs them is loaded with the first photo. */

export type { Bytes, OnnxModel, OnnxPreset, OnnxSpec } from "./contract/types.js";
export { onnx } from "./onnx/model.js";
