// Programs take turns at memory that they share by name, and send what they found to one of them. In a terminal, run the line
// that is printed in as many others as you like; elsewhere the program does so itself, three times. Needs --allow-ffi; without
// a terminal --allow-run and --allow-read too.
import { Mutex, Queue, SharedMemory } from "@troupe/actors";

const TIMES = 1_000;
const PROGRAMS = 3;

/** What runs in the other programs. */
async function count(name: string): Promise<void> {
  const region = await SharedMemory.open(name);
  const mutex = Mutex.in(region, "total");
  const total = region.view(Int32Array);
  for (let i = 0; i < TIMES; i++) {
    using held = await mutex.lock();
    // Somebody was killed in the middle: here there is nothing to mend.
    if (held.ownerDied) console.error("goes on for one who died");
    total[0]! += 1;
  }
  await Queue.in<string>(region, "done").put(`counted ${TIMES}`);
} // The region stays, for it is not ours.

function runOther(name: string): Promise<Deno.CommandOutput> {
  const args = ["run", "--allow-ffi", import.meta.filename!, name];
  return new Deno.Command(Deno.execPath(), { args, stderr: "inherit" })
    .output();
}

if (import.meta.main) {
  const [name] = Deno.args;
  if (name !== undefined) {
    await count(name);
  } else {
    // Room for locks and queues, beside the bytes of its own.
    await using region = await SharedMemory.create({ size: 4, room: 2 ** 17 });
    const done = Queue.in<string>(region, "done");
    let others: Promise<Deno.CommandOutput>[] = [];
    if (Deno.stdin.isTerminal()) {
      console.log("deno run --allow-ffi", import.meta.filename, region.name);
    } else {
      others = Array.from({ length: PROGRAMS }, () => runOther(region.name));
    }
    for (let i = 0; i < PROGRAMS; i++) console.log(await done.take());
    await Promise.all(others);
    console.log(region.view(Int32Array)[0]); // 3000
  }
}
