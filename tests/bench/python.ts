/**
 * Python, where it is installed.
 *
 * @module
 */
import { peer } from "./peer.ts";
import type { Contender, Effort } from "./subject.ts";

/** What the peer can measure; see `python_peer.py`. */
export type PythonJob =
  | "barrier"
  | "event"
  | "list-get"
  | "list-set"
  | "lock-both"
  | "manager-get"
  | "manager-set"
  | "mutex"
  | "queue"
  | "queue_rtt"
  | "pipe-1k"
  | "pipe-objects"
  | "pipe-1m"
  | "process-rtt"
  | "process-start"
  | "region"
  | "semaphore"
  | "value"
  | "executor-map"
  | "pool-cpu"
  | "pool-map"
  | "pool-map-1";

const PYTHON = {
  name: "Python",
  command: "python3",
  script: new URL("./python_peer.py", import.meta.url),
};

/** Python doing `job`, `countOf(effort)` times a round; absent where there is no `python3`. */
export function python(
  job: PythonJob,
  countOf: (effort: Effort) => number,
): Contender {
  return peer(PYTHON, job, countOf);
}
