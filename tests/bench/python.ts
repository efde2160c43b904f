/**
 * Python, where it is installed.
 *
 * @module
 */
import type { Contender, Effort, Trial } from "./subject.ts";

/** What the peer can measure; see `python_peer.py`. */
export type PythonJob = "barrier" | "event" | "mutex" | "semaphore" | "value";

const PEER = new URL("./python_peer.py", import.meta.url);

/** Python doing `job`, `countOf(effort)` times a round; absent where there is no `python3`. */
export function python(
  job: PythonJob,
  countOf: (effort: Effort) => number,
): Contender {
  return { open: (effort) => openPython(`${job} ${countOf(effort)}\n`) };
}

function openPython(order: string): Trial | undefined {
  const peer = startPeer();
  if (peer === undefined) return undefined;
  const orders = peer.stdin.getWriter();
  const answers = peer.stdout
    .pipeThrough(new TextDecoderStream())
    .getReader();
  return {
    async round() {
      await orders.write(new TextEncoder().encode(order));
      let line = "";
      while (!line.endsWith("\n")) {
        const { done, value } = await answers.read();
        if (done) {
          throw new TypeError(`Cannot go on as Python ended: "${line}"`);
        }
        line += value;
      }
      return Number(line);
    },
    async close() {
      await orders.close();
      await answers.cancel();
      await peer.status;
    },
  };
}

function startPeer(): Deno.ChildProcess | undefined {
  try {
    return new Deno.Command("python3", {
      args: [PEER.pathname],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
