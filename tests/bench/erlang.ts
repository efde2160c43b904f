/**
 * Erlang, where it is installed.
 *
 * @module
 */
import { peer } from "./peer.ts";
import type { Contender, Effort } from "./subject.ts";

/** What the peer can measure; see `erlang_peer.escript`. */
export type ErlangJob =
  | "ask"
  | "bytes"
  | "create"
  | "crowd"
  | "recovery"
  | "tell";

const ERLANG = {
  name: "Erlang",
  command: "escript",
  script: new URL("./erlang_peer.escript", import.meta.url),
};

/** Erlang doing `job`, `countOf(effort)` times a round; absent where there is no `escript`. */
export function erlang(
  job: ErlangJob,
  countOf: (effort: Effort) => number,
): Contender {
  return peer(ERLANG, job, countOf);
}
