import { type Reducer, reducer } from "@troupe/actors";

/** The ways an indexer can be made to end, each a death of its own kind. */
export const ENDINGS = ["throw", "close", "exit", "loop"] as const;

/** One of {@linkcode ENDINGS}. */
export type Ending = typeof ENDINGS[number];

/** Whether `word` names an ending. */
export function isEnding(word: string): word is Ending {
  return (ENDINGS as readonly string[]).includes(word);
}

/**
 * Ends the actor that calls it, by: an error that leaves its handler; `self.close()`; `Deno.exit()`; or an endless
 * loop, which nothing but the supervisor's `hangMs` notices. For actors on threads: the second and third end the thread.
 */
export async function endBy(how: Ending): Promise<never> {
  if (how === "throw") throw new Error("Told to throw");
  if (how === "close") (globalThis as unknown as { close(): void }).close();
  if (how === "exit") Deno.exit(3);
  if (how === "loop") { for (;;); }
  return await new Promise<never>(() => {}); // a closed thread runs on to its next wait: here
}

/** Ends the thread of the Manager that runs it, in the middle of a write. */
export const endThread: Reducer<unknown, []> = reducer(
  import.meta,
  "endThread",
  (_state: unknown): never => Deno.exit(3),
);
