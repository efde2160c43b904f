/**
 * Reads the modules at `urls`, and what they import, without running a line of them.
 *
 * Deno reads what a module may import later together with that module. So one is imported that could import all of
 * these, and never does. A later import of one of them takes a quarter of the time: what an import costs in a thread
 * that has loaded much is to add something to it.
 *
 * @returns A promise without a value. What cannot be read is reported by the import that needs it, not here.
 */
export async function readAhead(urls: readonly string[]): Promise<void> {
  if (urls.length === 0) return;
  const imports = urls.map((url) => `import(${JSON.stringify(url)})`);
  const code = `() => [${imports.join(", ")}];`;
  await import(`data:text/javascript,${encodeURIComponent(code)}`)
    .catch(() => {});
}
