import type { ThreadStart } from "./thread_entry.ts";

const START_MS = 60_000;

/** Starts a thread of a scenario; it stands before its first run then. */
export function startThread(start: ThreadStart): Promise<Worker> {
  const url = new URL("./thread_entry.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<Worker>();
  const timer = setTimeout(
    () => reject(new Error(`Thread '${start.name}' did not start`)),
    START_MS,
  );
  worker.onmessage = () => resolve(worker);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Thread '${start.name}': ${event.message}`));
  };
  worker.postMessage(start);
  return promise.finally(() => clearTimeout(timer));
}
