import { removeBackground } from "cleancut";

const photo = await (await fetch("mug.jpg")).blob();
const { width, height } = await createImageBitmap(await removeBackground(photo));
document.title = `cut out ${width} x ${height}`;
