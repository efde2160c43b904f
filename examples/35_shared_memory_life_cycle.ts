// Who makes a region owns it: closing, by anybody, destroys nothing, and unlinking takes its name away.
import { RegionNotFoundError, SharedMemory } from "@troupe/actors";

if (import.meta.main) {
  const name = `demo_${Deno.pid}`;
  const owner = await SharedMemory.create({ name, size: 64 });
  const guest = await SharedMemory.open(name);
  guest.close(); // Gives up this handle only.
  (await SharedMemory.open(name)).close(); // It is still there.

  const { bytes } = owner;
  await owner.unlink(); // Nobody can open it any more…
  await owner.unlink(); // …and once is enough.
  try {
    await SharedMemory.open(name);
  } catch (error) {
    console.log(error instanceof RegionNotFoundError); // true
  }
  bytes[0] = 7; // Who has it open keeps it.
  console.log(bytes[0]); // 7
  owner.close(); // Detaches the views: no one can look at memory that is gone.
  console.log(bytes.length, bytes[0]); // 0 undefined
}
