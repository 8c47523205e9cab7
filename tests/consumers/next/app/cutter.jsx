"use client";

import { removeBackground } from "cleancut";
import { useEffect } from "react";

async function cutOut() {
  const photo = await (await fetch("mug.jpg")).blob();
  const { width, height } = await createImageBitmap(await removeBackground(photo));
  document.title = `cut out ${width} x ${height}`;
}

export function Cutter() {
  useEffect(() => void cutOut(), []);
  return <p>Cutting out</p>;
}
