import { unleash } from "./chaos.ts";
import type { Corpus } from "./corpus.ts";
import { ENDINGS } from "./ending.ts";
import { killText, managerText } from "./report.ts";
import type { SearchService } from "./service.ts";
import type { Meter, Terminal } from "./terminal.ts";

/** Indexing that makes no progress for this long has failed, in milliseconds. */
const STALL_MS = 120_000;
/** How often the progress is looked at, in milliseconds. */
const LOOK_MS = 50;

/** How the files are indexed. */
export interface IndexingOptions {
  /** Kill indexers meanwhile, by every means, and the thread of the Manager. */
  readonly chaos: boolean;
  /** Where the progress and the kills are shown. */
  readonly terminal: Terminal;
  /** Nobody waits any more. */
  readonly signal: AbortSignal;
}

/**
 * Has `service` index the files of `corpus`; resolves when each has a result.
 *
 * @throws If no file is done for two minutes, or a killed indexer does not come back.
 */
export async function indexCorpus(
  service: SearchService,
  corpus: Corpus,
  options: IndexingOptions,
): Promise<void> {
  const meter = options.terminal.meter("indexing", corpus.paths.length);
  try {
    await Promise.all([
      feed(service, corpus.paths, options),
      watchProgress(service, meter, options.signal),
    ]);
  } finally {
    await meter.stop();
  }
}

/** Offers the files: all at once, or a portion after each kill, so that the killed die at work. */
async function feed(
  service: SearchService,
  paths: readonly string[],
  { chaos, terminal, signal }: IndexingOptions,
): Promise<void> {
  if (!chaos) await service.offer(paths);
  else {
    const size = Math.ceil(paths.length / (ENDINGS.length + 1));
    const offer = (portion: number) =>
      service.offer(paths.slice(portion * size, (portion + 1) * size));
    await offer(0);
    for await (const kill of unleash(service, (i) => offer(i + 1))) {
      signal.throwIfAborted();
      terminal.say(killText(kill));
    }
    terminal.say(managerText(await service.failManager()));
  }
  await service.seal();
}

/** Shows the progress until all files are done. */
async function watchProgress(
  service: SearchService,
  meter: Meter,
  signal: AbortSignal,
): Promise<void> {
  let last = { done: -1, at: performance.now() };
  while (!signal.aborted) {
    const { done, offered, finished } = await service.progress();
    meter.set(done);
    if (finished) return;
    const now = performance.now();
    if (done !== last.done) last = { done, at: now };
    if (now - last.at > STALL_MS) {
      throw new Error(
        `Indexing stands still: ${done} of ${offered} files done`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
