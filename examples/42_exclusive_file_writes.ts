// Two processes write the same 5,000 bytes: a file lock lets one in at a time, and no letters of both are mixed.
import { lockFile } from "@troupe/actors";

/** Run by each of the processes. */
async function write(path: string, letter: string): Promise<void> {
  using held = await lockFile(path, { timeout: 30_000 }); // Given back at the end of the scope, or if the process dies.
  await held.file.seek(123, Deno.SeekMode.Start);
  const block = new TextEncoder().encode(letter.repeat(10));
  for (let i = 0; i < 500; i++) await held.file.write(block);
}

/** Runs this program again, as a writer. */
function start(path: string, letter: string): Promise<Deno.CommandOutput> {
  const files = `--allow-read=${path}`, writes = `--allow-write=${path}`;
  const args = ["run", files, writes, import.meta.filename!, path, letter];
  return new Deno.Command(Deno.execPath(), { args, stderr: "inherit" })
    .output();
}

if (import.meta.main) {
  const [path, letter] = Deno.args;
  if (path !== undefined && letter !== undefined) {
    await write(path, letter);
  } else {
    const file = await Deno.makeTempFile();
    const ends = await Promise.all(["A", "B"].map((each) => start(file, each)));
    const text = (await Deno.readTextFile(file)).slice(123);
    console.log(ends.every((end) => end.success), text.length); // true 5000
    console.log(/^(A+|B+)$/.test(text)); // true
    await Deno.remove(file);
  }
}
