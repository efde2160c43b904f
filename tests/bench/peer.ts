/**
 * A program of another language that measures what ours does.
 *
 * @module
 */
import type { Contender, Effort, Trial } from "./subject.ts";

/** A program that takes orders, one a line, and answers each with one figure. */
export interface PeerProgram {
  /** Whose it is, for messages. */
  readonly name: string;
  /** What runs it. */
  readonly command: string;
  /** The program. */
  readonly script: URL;
}

/** The program doing `job`, `countOf(effort)` times a round; absent where nothing runs it. */
export function peer(
  program: PeerProgram,
  job: string,
  countOf: (effort: Effort) => number,
): Contender {
  return { open: (effort) => open(program, `${job} ${countOf(effort)}\n`) };
}

function open(program: PeerProgram, order: string): Trial | undefined {
  const child = start(program);
  if (child === undefined) return undefined;
  const orders = child.stdin.getWriter();
  const answers = child.stdout
    .pipeThrough(new TextDecoderStream())
    .getReader();
  return {
    async round() {
      await orders.write(new TextEncoder().encode(order));
      return figureOf(program, await lineOf(program, answers));
    },
    async close() {
      await orders.close();
      await answers.cancel();
      await child.status;
    },
  };
}

function start(
  { command, script }: PeerProgram,
): Deno.ChildProcess | undefined {
  try {
    return new Deno.Command(command, {
      args: [script.pathname],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** It answers an order with one line, and says nothing else. */
async function lineOf(
  { name }: PeerProgram,
  answers: ReadableStreamDefaultReader<string>,
): Promise<string> {
  let line = "";
  while (!line.endsWith("\n")) {
    const { done, value } = await answers.read();
    if (done) throw new TypeError(`Cannot go on as ${name} ended: "${line}"`);
    line += value;
  }
  return line;
}

function figureOf({ name }: PeerProgram, line: string): number {
  const figure = Number(line);
  if (Number.isFinite(figure) && figure > 0) return figure;
  throw new TypeError(
    `Cannot take a figure of ${name}: current value is ${line}`,
  );
}
