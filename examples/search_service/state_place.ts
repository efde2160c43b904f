/** A path for the statistics of all runs: `file`, or one that the end of the program removes. */
export async function statePlace(file: string | undefined): Promise<string> {
  if (file !== undefined) return file;
  const folder = await Deno.makeTempDir();
  // Whichever way the program ends, Deno.exit() in the middle of its work included.
  globalThis.addEventListener(
    "unload",
    () => Deno.removeSync(folder, { recursive: true }),
  );
  return `${folder}/statistics.db`;
}
