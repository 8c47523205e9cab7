import { App } from "./cutter.jsx";

export default function Page() {
  return <App />;
}
