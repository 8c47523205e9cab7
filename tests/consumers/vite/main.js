import { createRemover, removeBackground } from "cleancut";
import { onnx } from "cleancut/onnx";

const photo = await (await fetch("mug.jpg")).blob();
const { width, height } = await createImageBitmap(await removeBackground(photo));
const remover = await createRemover({ model: onnx("red.onnx", { preset: "isnet", side: 160 }) });
const { backend } = await remover.segment(photo, { method: "network" });
document.title = backend === "onnx" ? `cut out ${width} x ${height}` : backend;
