// Large buffers are moved instead of copied.
import { Pool, task } from "@troupe/actors";

const invert = task(
  import.meta,
  "invert",
  (image: Uint8Array<ArrayBuffer>) => image.map((value) => 255 - value),
);

if (import.meta.main) {
  await using pool = new Pool({ size: 1 });
  const image = new Uint8Array(4_000_000);
  const inverted = await pool.run(invert, [image], {
    transfer: [image.buffer],
  });
  console.log(image.byteLength, inverted.byteLength, inverted[0]);
}
