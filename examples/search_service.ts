/**
 * A search service over a folder of text: actors on several threads share the files out, die, come back, and lose
 * nothing. `deno task demo --help` says how to call it.
 *
 * @module
 */

import { System } from "@troupe/actors";
import { deadline } from "@std/async/deadline";
import { auditFiles } from "./search_service/audit.ts";
import { BadInputError } from "./search_service/bad_input_error.ts";
import {
  type Corpus,
  listFolder,
  withDenoTypes,
} from "./search_service/corpus.ts";
import { indexCorpus } from "./search_service/indexing.ts";
import { Interrupt, InterruptedError } from "./search_service/interrupt.ts";
import { type Options, readOptions, USAGE } from "./search_service/options.ts";
import { find, type Library } from "./search_service/query.ts";
import {
  auditText,
  counted,
  findingsText,
  printable,
  skippedLines,
  totalsText,
  treeText,
} from "./search_service/report.ts";
import { SearchService, totalsOnDisk } from "./search_service/service.ts";
import { statePlace } from "./search_service/state_place.ts";
import type { Totals } from "./search_service/statistics.ts";
import { Terminal } from "./search_service/terminal.ts";
import { serveSearch, type WebServer } from "./search_service/web_server.ts";

/** Files larger than this are skipped, in bytes. */
const MAX_BYTES = 64 << 20;
const HITS_PRINTED = 3;
const DEFAULT_QUERIES = [
  "terminate worker",
  "readTextFile",
  "supervisor restart",
];
/** The Manager, the queue and two indexes. */
const OTHER_ACTORS = 4;
/** What the actors get to end in when the program stops, in milliseconds. */
const CLOSE_MS = 1_500;

async function main(args: readonly string[]): Promise<number> {
  using interrupt = new Interrupt();
  try {
    const options = readOptions(args);
    if (options === "help") {
      console.log(USAGE);
      return 0;
    }
    const corpus = await interrupt.orStop(gather(options));
    return await runService(options, corpus, interrupt);
  } catch (error) {
    if (error instanceof InterruptedError) {
      console.log("interrupted");
      return error.exitCode;
    }
    console.error(error instanceof Error ? error.message : error);
    return error instanceof BadInputError ? 2 : 1;
  }
}

async function gather({ folder }: Options): Promise<Corpus> {
  if (folder !== undefined) return await listFolder(folder);
  return await withDenoTypes(await listFolder(`${import.meta.dirname}/..`));
}

/** Starts the service, has it work over `corpus`, serves if asked to, and stops it. Returns the exit code. */
async function runService(
  options: Options,
  corpus: Corpus,
  interrupt: Interrupt,
): Promise<number> {
  const { indexers, port } = options;
  const system = new System({
    // A thread of another thread takes a second to boot: those of the start boot together, those of a restart are warm.
    spares: Math.min(64, indexers + OTHER_ACTORS),
    // An indexer tells itself to go on: what it leaves behind when it is stopped is nobody's loss.
    deadLetterLines: 0,
  });
  let service: SearchService | undefined;
  let server: WebServer | undefined;
  try {
    const stateFile = await statePlace(options.state);
    service = await interrupt.orStop(
      SearchService.start(system, { indexers, maxBytes: MAX_BYTES, stateFile }),
    );
    const library = { ...corpus, maxBytes: MAX_BYTES };
    if (options.serve) {
      server = serveSearch(service, library, port);
      console.log(`serving on ${server.url}`);
    }
    const lost = await work(options, { corpus, library, service, interrupt });
    if (server !== undefined) {
      console.log(`\nready: search on ${server.url}, stop with Ctrl-C`);
      await interrupt.heard();
      console.log("stopping");
    }
    const parts = { system, service, stateFile };
    return await conclude(
      service,
      lost,
      // Who asked it to stop is not kept waiting.
      async (totals) => options.serve ? 0 : await compareDisk(parts, totals),
    );
  } finally {
    await server?.stop();
    if (service !== undefined) await inTime(service.stop());
    await inTime(system.close({ timeoutMs: CLOSE_MS / 2 }));
  }
}

interface Scene {
  readonly corpus: Corpus;
  readonly library: Library;
  readonly service: SearchService;
  readonly interrupt: Interrupt;
}

/** Indexes, answers and checks, and tells of it. Returns how many files and sums went wrong. */
async function work(options: Options, scene: Scene): Promise<number> {
  const { corpus, library, service, interrupt } = scene;
  const { signal } = interrupt;
  const terminal = new Terminal();
  const startedAt = Date.now();
  const total = counted(corpus.paths.length, "file");
  terminal.say(
    `indexing ${total} with ${counted(options.indexers, "indexer")}`,
  );
  for (const { path, reason } of corpus.unreadable) {
    terminal.say(`  cannot list ${printable(path)}: ${reason}`);
  }
  const { chaos } = options;
  await interrupt.orStop(
    indexCorpus(service, corpus, { chaos, terminal, signal }),
  );
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  const { takenBack } = await interrupt.orStop(service.progress());
  terminal.say(
    `  done after ${seconds} s, ${
      counted(takenBack, "file")
    } handed on from the dead`,
  );
  const results = await interrupt.orStop(service.results());
  for (const line of skippedLines(results.values(), library)) {
    terminal.say(line);
  }
  terminal.say(`\n${treeText(service.tree())}`);

  for (const query of await interrupt.orStop(queriesOf(options, service))) {
    const wanted = { query, limit: HITS_PRINTED };
    const findings = await interrupt.orStop(find(service, library, wanted));
    terminal.say(`\n${findingsText(findings)}`);
  }

  terminal.say("\nchecking against one thread");
  const books = {
    ...library,
    startedAt,
    results,
    sums: await interrupt.orStop(service.sums()),
    statistics: await interrupt.orStop(service.statistics()),
  };
  const meter = terminal.meter("checking", corpus.paths.length);
  const audit = await interrupt.orStop(
    auditFiles(books, { signal, onFile: (done) => meter.set(done) }),
  ).finally(() => meter.stop());
  terminal.say(auditText(audit, library));
  return audit.lost.length + audit.miscounts.length;
}

/** Tells what came of it all. Returns the exit code. */
async function conclude(
  service: SearchService,
  lostAtWork: number,
  lookAtDisk: (totals: Totals) => Promise<number>,
): Promise<number> {
  const { files, words } = await service.statistics();
  const { kills, restarts } = service;
  const totals = await service.totals();
  const lost = lostAtWork + await lookAtDisk(totals);
  console.log(`\n${totalsText(totals)}`);
  console.log(
    `\ndemo: files ${files}, words ${words}, kills ${kills}, restarts ${restarts}, lost ${lost}`,
  );
  return lost === 0 ? 0 : 1;
}

/** Stops the service and has another Manager read what it has left. Returns how many sums are others. */
async function compareDisk(
  { system, service, stateFile }: {
    system: System;
    service: SearchService;
    stateFile: string;
  },
  totals: Totals,
): Promise<number> {
  await service.stop();
  const kept = await totalsOnDisk(system, stateFile);
  const keys = Object.keys(totals) as (keyof Totals)[];
  return keys.filter((key) => kept[key] !== totals[key]).length;
}

async function queriesOf(
  { queries, folder }: Options,
  service: SearchService,
): Promise<readonly string[]> {
  if (queries.length > 0) return queries;
  return folder === undefined ? DEFAULT_QUERIES : await service.commonWords(3);
}

/** Waits for the end of something, but not for long: what is late ends with the program. */
async function inTime(ending: Promise<unknown>): Promise<void> {
  await deadline(ending, CLOSE_MS).catch(() => {});
}

if (import.meta.main) await System.run(() => main(Deno.args));
