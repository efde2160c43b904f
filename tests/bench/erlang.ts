/**
 * Erlang, where it is installed.
 *
 * @module
 */
import type { Contender, Effort, Trial } from "./subject.ts";

/** What the peer can measure; see `erlang_peer.escript`. */
export type ErlangJob =
  | "ask"
  | "bytes"
  | "create"
  | "crowd"
  | "recovery"
  | "tell";

const PEER = new URL("./erlang_peer.escript", import.meta.url);

/** Erlang doing `job`, `countOf(effort)` times a round; absent where there is no `escript`. */
export function erlang(
  job: ErlangJob,
  countOf: (effort: Effort) => number,
): Contender {
  return {
    open: (effort) => openErlang(`${job} ${countOf(effort)}\n`),
  };
}

function openErlang(order: string): Trial | undefined {
  const peer = startPeer();
  if (peer === undefined) return undefined;
  const orders = peer.stdin.getWriter();
  const answers = peer.stdout
    .pipeThrough(new TextDecoderStream())
    .getReader();
  return {
    async round() {
      await orders.write(new TextEncoder().encode(order));
      return figureOf(await lineOf(answers));
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
    return new Deno.Command("escript", {
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

/** The peer answers an order with one line, and says nothing else. */
async function lineOf(
  answers: ReadableStreamDefaultReader<string>,
): Promise<string> {
  let line = "";
  while (!line.endsWith("\n")) {
    const { done, value } = await answers.read();
    if (done) throw new TypeError(`Cannot go on as Erlang ended: "${line}"`);
    line += value;
  }
  return line;
}

function figureOf(line: string): number {
  const figure = Number(line);
  if (Number.isFinite(figure) && figure > 0) return figure;
  throw new TypeError(`Cannot take Erlang's figure: current value is ${line}`);
}
