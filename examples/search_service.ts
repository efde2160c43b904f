/**
 * A search service over a folder of text: actors on several threads share the files out, die, come back, and lose
 * nothing. `deno task demo --help` says how to call it.
 *
 * @module
 */

import { System } from "@troupe/actors";
import { auditFiles } from "./search_service/audit.ts";
import { unleash } from "./search_service/chaos.ts";
import {
  printAudit,
  printFindings,
  printKill,
  printSkipped,
  printSummary,
  printTree,
  startMeter,
} from "./search_service/console_report.ts";
import {
  type Corpus,
  listFolder,
  withDenoTypes,
} from "./search_service/corpus.ts";
import { ENDINGS } from "./search_service/ending.ts";
import { Interrupt, INTERRUPTED } from "./search_service/interrupt.ts";
import { type Options, readOptions, USAGE } from "./search_service/options.ts";
import { find, type Library } from "./search_service/query.ts";
import { SearchService } from "./search_service/service.ts";
import { serveSearch, type WebServer } from "./search_service/web_server.ts";

/** Files larger than this are skipped, in bytes. */
const MAX_BYTES = 8 << 20;
const HITS_PRINTED = 3;
const DEFAULT_QUERIES = [
  "terminate worker",
  "readTextFile",
  "supervisor restart",
];
/** The Manager, the queue and two indexes. */
const OTHER_ACTORS = 4;
/** Indexing that makes no progress for this long has failed, in milliseconds. */
const STALL_MS = 30_000;
/** What the actors get to end in when the program stops, in milliseconds. */
const CLOSE_MS = 1_500;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    if (options !== USAGE) console.error(options);
    else console.log(options);
    return options === USAGE ? 0 : 2;
  }
  const folder = await Deno.makeTempDir({ prefix: "search_service_" });
  using interrupt = new Interrupt();
  try {
    const corpus = await gather(options, folder);
    if (typeof corpus === "string") {
      console.error(corpus);
      return 2;
    }
    return await serveCorpus(options, corpus, interrupt);
  } catch (error) {
    console.error(
      `search service: ${error instanceof Error ? error.message : error}`,
    );
    return 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function gather(
  options: Options,
  temporary: string,
): Promise<Corpus | string> {
  if (options.folder !== undefined) return await listFolder(options.folder);
  const corpus = await listFolder(`${import.meta.dirname}/..`);
  return typeof corpus === "string"
    ? corpus
    : await withDenoTypes(corpus, temporary);
}

/** Runs the service over `corpus`: indexes, checks, answers, and serves if asked to. Returns the exit code. */
async function serveCorpus(
  options: Options,
  corpus: Corpus,
  interrupt: Interrupt,
): Promise<number> {
  const { paths, labels } = corpus;
  const library: Library = { paths, labels, maxBytes: MAX_BYTES };
  const { indexers, port } = options;
  // A thread of another thread takes a second to boot: those of the start boot together, those of a restart are warm.
  const system = new System({ spares: Math.min(64, indexers + OTHER_ACTORS) });
  let service: SearchService | undefined;
  let server: WebServer | undefined;
  try {
    service = await Promise.race([
      SearchService.start(system, { indexers, maxBytes: MAX_BYTES }),
      interrupt.heard(),
    ]);
    if (service === undefined) return interrupted();
    if (options.serve) {
      server = serveSearch(service, library, port);
      console.log(`serving on ${server.url}`);
    }
    const scene = { corpus, library, service };
    const lost = await Promise.race([
      work(options, scene, interrupt.signal),
      interrupt.heard(),
    ]);
    if (lost === undefined) return interrupted();
    if (server !== undefined) {
      console.log(`ready: search on ${server.url}, stop with Ctrl-C`);
      await interrupt.heard();
      console.log("stopping");
    }
    await printSummary(service, lost);
    return lost === 0 ? 0 : 1;
  } finally {
    await server?.stop();
    await withinMs(CLOSE_MS, service?.stop());
    await withinMs(CLOSE_MS, system.close({ timeoutMs: CLOSE_MS / 2 }));
  }
}

function interrupted(): number {
  console.log("interrupted");
  return INTERRUPTED;
}

interface Scene {
  readonly corpus: Corpus;
  readonly library: Library;
  readonly service: SearchService;
}

/** Indexes, with kills if asked for, then checks and answers. Returns how many files were lost. */
async function work(
  options: Options,
  scene: Scene,
  signal: AbortSignal,
): Promise<number> {
  const { corpus, library, service } = scene;
  const startedAt = Date.now();
  console.log(
    `indexing ${corpus.paths.length} files with ${options.indexers} indexers`,
  );
  for (const { path, reason } of corpus.unreadable) {
    console.log(`cannot list ${path}: ${reason}`);
  }
  const watched = watchProgress(scene, signal);
  await Promise.all([feed(options, scene), watched]);
  console.log(`indexed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);

  const results = await service.results();
  printSkipped(results.values(), library);
  const { takenBack } = await service.progress();
  if (takenBack > 0) {
    console.log(
      `files taken back from the dead and done by others: ${takenBack}`,
    );
  }
  printTree(service.tree());
  if (service.zombies > 0) {
    console.log(`threads that loop until the program ends: ${service.zombies}`);
  }

  const queries = options.queries.length > 0
    ? options.queries
    : await chooseQueries(options, service);
  for (const query of queries) {
    printFindings(await find(service, library, { query, limit: HITS_PRINTED }));
  }

  const meter = startMeter("checking", corpus.paths.length);
  const sums = await service.sums();
  const books = {
    paths: corpus.paths,
    results,
    sums,
    maxBytes: MAX_BYTES,
    startedAt,
  };
  const audit = await auditFiles(books, (done) => meter.set(done));
  await meter.stop();
  printAudit(audit, library);
  return audit.lost.length + await miscounted(service, results.values());
}

/** Offers the files: all at once, or a portion after each kill, so that the killed die at work. */
async function feed(
  options: Options,
  { corpus, service }: Scene,
): Promise<void> {
  const { paths } = corpus;
  const portions = options.chaos ? ENDINGS.length + 1 : 1;
  const portion = (i: number) =>
    paths.slice(
      Math.floor(paths.length * i / portions),
      Math.floor(paths.length * (i + 1) / portions),
    );
  await service.offer(portion(0));
  if (options.chaos) {
    for await (
      const kill of unleash(service, (i) => service.offer(portion(i + 1)))
    ) printKill(kill);
  }
  await service.seal();
}

/** Draws the progress until all files are done. */
async function watchProgress(
  { corpus, service }: Scene,
  signal: AbortSignal,
): Promise<void> {
  const meter = startMeter("indexing", corpus.paths.length);
  let last = { done: -1, at: Date.now() };
  try {
    while (!signal.aborted) {
      const { done, finished } = await service.progress();
      meter.set(done);
      if (finished) return;
      if (done !== last.done) last = { done, at: Date.now() };
      if (Date.now() - last.at > STALL_MS) {
        throw new Error(
          `Indexing stands still: ${done} of ${corpus.paths.length} files done`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await meter.stop();
  }
}

async function chooseQueries(
  options: Options,
  service: SearchService,
): Promise<readonly string[]> {
  return options.folder === undefined
    ? DEFAULT_QUERIES
    : await service.commonWords(3);
}

/** 1 if the Manager's sums differ from those over the accepted results, else 0. */
async function miscounted(
  service: SearchService,
  results: Iterable<{ outcome: string; words: number; bytes: number }>,
): Promise<number> {
  const own = { files: 0, words: 0, bytes: 0, skipped: 0 };
  for (const { outcome, words, bytes } of results) {
    own[outcome === "indexed" ? "files" : "skipped"]++;
    own.words += words;
    own.bytes += bytes;
  }
  const kept = await service.statistics();
  const keys = ["files", "words", "bytes", "skipped"] as const;
  const wrong = keys.filter((key) => kept[key] !== own[key]);
  for (const key of wrong) {
    console.log(
      `the Manager counts ${kept[key]} ${key}, the results have ${own[key]}`,
    );
  }
  return wrong.length > 0 ? 1 : 0;
}

/** Waits for `promise`, but no longer than `ms` milliseconds. */
async function withinMs(
  ms: number,
  promise: Promise<unknown> | undefined,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([promise?.catch(() => {}), late]);
  clearTimeout(timer);
}

if (import.meta.main) await System.run(() => main(Deno.args));
