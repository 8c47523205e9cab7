"use client";

import { useCutout } from "cleancut/react";
import { StrictMode, useEffect, useState } from "react";

let renders = 0;

function Cutter() {
  const [photo, setPhoto] = useState();
  const { status, progress, blob, url, error } = useCutout(photo, { margin: [0, 0] });
  useEffect(() => {
    fetch("mug.jpg")
      .then((answer) => answer.blob())
      .then(setPhoto);
  }, []);
  useEffect(() => {
    if (error) throw error;
    if (!blob) return;
    createImageBitmap(blob).then(({ width, height }) => {
      document.title = `cut out ${width} x ${height}`;
    });
  }, [blob, error]);
  // A hundred percents and four states, twice each in strict mode.
  if (++renders > 210) throw new Error("it is rendered without end");
  return url ? <img src={url} alt="" /> : <progress value={status === "done" ? 1 : progress} />;
}

export function App() {
  return (
    <StrictMode>
      <Cutter />
    </StrictMode>
  );
}
