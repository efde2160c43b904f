import type { AsyncLocalStorage } from "node:async_hooks";

/** An import, and what the module does at its top level. */
interface Import {
  /** Whether the module is loaded. */
  over: boolean;
}

/** Which import it is that runs code; made when a thread that runs actors imports a module. */
let marks: Promise<AsyncLocalStorage<Import>> | undefined;
let marked: AsyncLocalStorage<Import> | undefined;
let marking = false;

/** From now on {@link isImporting} knows: this thread runs actors, which others import modules beside. */
export function markImports(): void {
  marking = true;
}

/** Whether the code that calls it runs at the top level of a module that is being imported. */
export function isImporting(): boolean {
  return marked?.getStore()?.over === false;
}

async function importMarked(url: string): Promise<Record<string, unknown>> {
  // Not by each thread: it takes milliseconds, and most import nothing more.
  marks ??= import("node:async_hooks").then((hooks) =>
    marked = new hooks.AsyncLocalStorage()
  );
  const mark: Import = { over: false };
  try {
    return await (await marks).run(mark, () => import(url));
  } finally {
    mark.over = true;
  }
}

/** What is being imported, by URL. */
const UNDER_WAY: Map<string, Promise<Record<string, unknown>>> = new Map();

/**
 * Imports the module at `url`, once for all who want it at the same time: each import that the platform is asked for
 * costs milliseconds until the module is there.
 */
export function importOnce(url: string): Promise<Record<string, unknown>> {
  const known = UNDER_WAY.get(url);
  if (known !== undefined) return known;
  const importing: Promise<Record<string, unknown>> = marking
    ? importMarked(url)
    : import(url);
  const over = () => UNDER_WAY.delete(url);
  UNDER_WAY.set(url, importing);
  importing.then(over, over);
  return importing;
}
