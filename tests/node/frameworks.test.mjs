/** The entries for frameworks: states, aborts and object URLs, with a remover that answers when it is told. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { entry } from "./installed.mjs";

const { createCutout } = await entry("svelte");

/** A remover whose calls wait for `finish` or `fail`. */
function slowRemover() {
  const calls = [];
  const remove = (input, options) =>
    new Promise((finish, fail) => calls.push({ input, options, finish, fail }));
  return { calls, remover: { remove } };
}

/** A store, and what it told last. */
function watched() {
  const cutout = createCutout();
  let state;
  cutout.subscribe((next) => {
    state = next;
  });
  return [cutout, () => state];
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("a store goes from idle through the work to the file", async () => {
  const { calls, remover } = slowRemover();
  const [cutout, states, heard] = [createCutout(), [], []];
  cutout.subscribe((state) => states.push(state));
  cutout.cut("photo", { remover, crop: true, onProgress: (progress) => heard.push(progress) });
  const [{ input, options, finish }] = calls;
  assert.deepEqual([input, options.crop, "remover" in options], ["photo", true, false]);
  options.onProgress({ phase: "matte", fraction: 0.8 });
  const blob = new Blob(["png"]);
  finish(blob);
  await settled();
  const steps = states.map(({ status, progress }) => [status, progress]);
  assert.deepEqual(steps, [
    ["idle", 0],
    ["working", 0],
    ["working", 0.8],
    ["done", 1],
  ]);
  assert.equal(states.at(-1).blob, blob);
  assert.match(states.at(-1).url, /^blob:/);
  assert.deepEqual(heard, [{ phase: "matte", fraction: 0.8 }]);
});

test("the next photo, and the last one who listens, end what is in work", async () => {
  const { calls, remover } = slowRemover();
  const [cutout, states] = [createCutout(), []];
  const leave = cutout.subscribe((state) => states.push(state.status));
  cutout.cut("a", { remover });
  cutout.cut("b", { remover });
  assert.deepEqual(
    calls.map(({ options }) => options.signal.aborted),
    [true, false],
  );
  calls[0].finish(new Blob(["late"]));
  await settled();
  assert.equal(states.at(-1), "working");
  leave();
  assert.ok(calls[1].options.signal.aborted);
  calls[1].fail(calls[1].options.signal.reason);
  await settled();
  assert.equal(states.at(-1), "working", "nobody is told afterwards");
});

test("an object URL lives until the next photo", async () => {
  const { calls, remover } = slowRemover();
  const [cutout, last] = watched();
  cutout.cut("a", { remover });
  calls[0].finish(new Blob(["a"]));
  await settled();
  const { url } = last();
  assert.equal(await (await fetch(url)).text(), "a");
  cutout.cut(undefined);
  assert.equal(last().status, "idle");
  await assert.rejects(fetch(url));
});

test("a photo that fails says why", async () => {
  const { calls, remover } = slowRemover();
  const [cutout, last] = watched();
  cutout.cut("a", { remover });
  calls[0].fail(
    Object.assign(new Error("nothing there"), { name: "CleancutError", code: "no-subject" }),
  );
  await settled();
  const { status, error, url } = last();
  assert.deepEqual([status, error.code, url], ["failed", "no-subject", undefined]);
});
