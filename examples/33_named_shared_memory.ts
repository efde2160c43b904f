// Two programs share memory by its name. In a terminal, run the line that is printed in a second one; elsewhere the program
// does so itself. Needs --allow-ffi; without a terminal --allow-run and --allow-read too.
import { SharedMemory } from "@troupe/actors";

const FIBONACCI = [1n, 1n, 2n, 3n, 5n, 8n];

/** What runs in the second shell. */
async function change(name: string): Promise<void> {
  await using region = await SharedMemory.open(name);
  region.view(BigInt64Array)[5] = 888n;
} // Closed; the region stays, for it is not ours.

/** Runs this program again as the second shell would. */
async function runOther(name: string): Promise<void> {
  const args = ["run", "--allow-ffi", import.meta.filename!, name];
  await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
}

if (import.meta.main) {
  const [name] = Deno.args;
  if (name !== undefined) {
    await change(name);
  } else {
    await using region = await SharedMemory.create({ size: 6 * 8 });
    const numbers = region.view(BigInt64Array);
    numbers.set(FIBONACCI);
    if (Deno.stdin.isTerminal()) {
      console.log("deno run --allow-ffi", import.meta.filename, region.name);
      prompt("Press Enter when it has run in another shell");
    } else await runOther(region.name);
    console.log(numbers.join()); // 1,1,2,3,5,888
  } // Closed and unlinked: it is ours.
}
