import { Cutter } from "./cutter.jsx";

export default function Page() {
  return <Cutter />;
}
