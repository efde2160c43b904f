/** What is being imported, by URL. */
const UNDER_WAY: Map<string, Promise<Record<string, unknown>>> = new Map();

/**
 * Imports the module at `url`, once for all who want it at the same time: each import that the platform is asked for
 * costs milliseconds until the module is there.
 */
export function importOnce(url: string): Promise<Record<string, unknown>> {
  const known = UNDER_WAY.get(url);
  if (known !== undefined) return known;
  const importing = import(url) as Promise<Record<string, unknown>>;
  const over = () => UNDER_WAY.delete(url);
  UNDER_WAY.set(url, importing);
  importing.then(over, over);
  return importing;
}
