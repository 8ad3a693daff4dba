// How a client tells what it found: a line for each feature, in any order.
//
// `feature<TAB>ok|fail|none<TAB>detail`; `none` is for what the client's interface does not have.
// Lines that start with `@` tell what runs, and ask for a new server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { inspect } from "node:util";

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

function say(...columns) {
  process.stdout.write(`${columns.join("\t")}\n`);
}

function line(text) {
  return String(text).split(/\s+/).join(" ").trim();
}

export function protocol(number) {
  say("@protocol", number);
}

/** Returns when the server has ended and a new one listens on the same port. */
export async function restart() {
  say("@restart");
  const { value } = await input.next();
  assert.equal(value, "restarted", "the server was not started again");
}

export function equal(got, due) {
  if (Buffer.isBuffer(got) && Buffer.isBuffer(due) && got.equals(due)) return;
  assert.deepEqual(got, due, `${shortened(got)} came, not ${shortened(due)}`);
}

export function between(low, got, high) {
  assert.ok(typeof got === "number" && low <= got && got <= high, `${got} is not between ${low} and ${high}`);
}

function shortened(value) {
  const text = inspect(value, { breakLength: Infinity });
  return text.length <= 200 ? text : `${text.slice(0, 200)}… (${text.length} characters)`;
}

export function sleep(milliseconds) {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}

/** Calls again while the call fails: a connection that has just gone takes what was sent with it. */
export async function eventually(call) {
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

/** Waits for the error that a call is due to end with. */
export async function refused(call, text) {
  await assert.rejects(call, (error) => {
    equal(error.message, text);
    return true;
  });
}

/** Runs each feature's function; what it returns is told as the detail. */
export async function check(client, features) {
  const manifest = new URL(`node_modules/${client}/package.json`, import.meta.url);
  say("@version", JSON.parse(readFileSync(manifest, "utf8")).version);
  for (const [name, run] of Object.entries(features)) {
    try {
      say(name, "ok", line((await run()) ?? ""));
    } catch (error) {
      const at = /\/[\w-]+\.mjs:(\d+):\d+/g;
      const own = [...(error.stack ?? "").matchAll(at)].filter(([place]) => !place.includes("/report.mjs"));
      say(name, "fail", `line ${own[0]?.[1] ?? "?"}: ${line(error.message ?? error)}`);
    }
  }
  process.exit();
}
