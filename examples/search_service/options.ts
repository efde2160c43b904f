import { parseArgs } from "@std/cli/parse-args";

/** What the command line asks for. */
export interface Options {
  /** The folder to search; `undefined` is the project itself and the text of `deno types`. */
  readonly folder: string | undefined;
  readonly serve: boolean;
  readonly chaos: boolean;
  readonly port: number;
  readonly indexers: number;
  /** Queries to answer; when empty, three are chosen. */
  readonly queries: readonly string[];
}

/** How the program is called. */
export const USAGE =
  `Usage: deno task demo [DIR] [--chaos] [--serve [--port N]] [--indexers N] [--query WORDS]...

Indexes the text files below DIR on several threads, answers queries, and checks itself against one thread.

  DIR           folder to search; by default this project and the text of \`deno types\`
  --chaos       kill indexers by every means while they work
  --serve       then answer on http://127.0.0.1 until Ctrl-C
  --port N      port to serve on; default 8080, 0 takes any
  --indexers N  threads that read files, 1 to 64; default one for each core, at least 2
  --query WORDS ask this instead of what the program would; may be given again`;

/** Reads the command line; a string is what is wrong with it. */
export function readOptions(args: readonly string[]): Options | string {
  const unknown: string[] = [];
  const flags = parseArgs([...args], {
    boolean: ["serve", "chaos", "help"],
    string: ["port", "indexers", "query", "_"],
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
  if (flags.help) return USAGE;
  if (unknown.length > 0) return `Unknown option "${unknown[0]}": see --help`;
  if (flags._.length > 1) {
    return `Cannot search ${flags._.length} folders: give one`;
  }
  const port = numberIn(flags.port, 0, 65_535);
  if (port === undefined) {
    return `Cannot serve on port "${flags.port}": choose one of 0 to 65535`;
  }
  const indexers = numberIn(flags.indexers, 1, 64);
  if (indexers === undefined) {
    return `Cannot start "${flags.indexers}" indexers: choose 1 to 64`;
  }
  const folder = flags._[0];
  return {
    folder: folder === undefined ? undefined : String(folder),
    serve: flags.serve,
    chaos: flags.chaos,
    port,
    indexers,
    queries: flags.query,
  };
}

function numberIn(
  text: string,
  least: number,
  most: number,
): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
}
