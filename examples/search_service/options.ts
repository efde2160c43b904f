import { parseArgs } from "@std/cli/parse-args";
import { BadInputError } from "./bad_input_error.ts";
import { words } from "./tokenizer.ts";

/** What the command line asks for. */
export interface Options {
  /** The folder to search; `undefined` is the project itself and the text of `deno types`. */
  readonly folder: string | undefined;
  readonly serve: boolean;
  readonly chaos: boolean;
  readonly port: number;
  readonly indexers: number;
  /** Where the statistics of all runs are kept; `undefined` is a file that goes with the program. */
  readonly state: string | undefined;
  /** Queries to answer; when empty, three are chosen. */
  readonly queries: readonly string[];
}

/** How the program is called. */
export const USAGE =
  `Usage: deno task demo [DIR] [--chaos] [--serve [--port N]] [--indexers N] [--state FILE] [--query WORDS]...

Indexes the text files below DIR on several threads, answers queries, and checks itself against one thread.

  DIR           folder to search; by default this project and the text of \`deno types\`
  --chaos       kill indexers by every means while they work, and the thread of the Manager
  --serve       then answer on http://127.0.0.1 until Ctrl-C
  --port N      port to serve on; default 8080, 0 takes any
  --indexers N  threads that read files, 1 to 64; default one for each core, at least 2
  --state FILE  go on with the statistics of the runs before, and keep them there; default a file that goes with the program
  --query WORDS ask this instead of what the program would; may be given again

Exit code: 0 if nothing was lost, 1 if something was or went wrong, 2 if this line was not understood.
Ctrl-C and SIGTERM drain and stop, within 5 s: with 0 where --serve was ready, else with 130 and 143. A second one
ends the program at once.`;

/**
 * Reads the command line; `"help"` if it asks how the program is called.
 *
 * @throws {BadInputError} If something in it is unknown or out of bounds.
 */
export function readOptions(args: readonly string[]): Options | "help" {
  const unknown: string[] = [];
  const flags = parseArgs([...args], {
    boolean: ["serve", "chaos", "help"],
    alias: { help: "h" },
    string: ["port", "indexers", "state", "query", "_"],
    collect: ["query"],
    default: {
      port: "8080",
      indexers: String(Math.min(8, Math.max(2, navigator.hardwareConcurrency))),
    },
    unknown: (argument, key) => {
      if (key !== undefined) unknown.push(argument);
      return key === undefined;
    },
  });
  if (flags.help) return "help";
  if (unknown.length > 0) {
    throw new BadInputError(`Unknown option "${unknown[0]}": see --help`);
  }
  const folders = flags._;
  if (folders.length > 1) {
    throw new BadInputError(
      `Cannot search ${folders.length} folders: give one`,
    );
  }
  if (flags.state === "") {
    throw new BadInputError('Cannot take "" for --state: give a path');
  }
  const mute = flags.query.find((query) => words(query).length === 0);
  if (mute !== undefined) {
    throw new BadInputError(`Cannot ask "${mute}": it holds no word`);
  }
  return {
    folder: folders[0] === undefined ? undefined : String(folders[0]),
    serve: flags.serve,
    chaos: flags.chaos,
    port: readNumber("port", flags.port, { min: 0, max: 65_535 }),
    indexers: readNumber("indexers", flags.indexers, { min: 1, max: 64 }),
    state: flags.state,
    queries: flags.query,
  };
}

function readNumber(
  option: string,
  text: string,
  { min, max }: { min: number; max: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new BadInputError(
    `Cannot take "${text}" for --${option}: choose a whole number from ${min} to ${max}`,
  );
}
