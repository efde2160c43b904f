// An image in blocks: each worker works on rows of the same memory, nothing is copied, and the result is a PNG.
// Prints what was made, and whether it is what one thread makes of it.
import { decode, encode } from "npm:fast-png@^8.0.0";
import { Pool, sharedArray, type Task, task } from "@troupe/actors";

/** A part of an image of one byte for each pixel, from row `top` up to row `bottom`. */
interface Block {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}

/** The strength of the edges at the rows of a block (Sobel). */
function edgesOf({ from, to, width, top, bottom }: Block): number {
  const height = from.length / width;
  for (let y = top; y < bottom; y++) {
    for (let x = 0; x < width; x++) {
      const at = (dx: number, dy: number): number => {
        const column = Math.min(width - 1, Math.max(0, x + dx));
        const row = Math.min(height - 1, Math.max(0, y + dy));
        return from[row * width + column]!;
      };
      const across = at(1, -1) + 2 * at(1, 0) + at(1, 1) -
        at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
      const down = at(-1, 1) + 2 * at(0, 1) + at(1, 1) -
        at(-1, -1) - 2 * at(0, -1) - at(1, -1);
      to[y * width + x] = Math.min(255, Math.hypot(across, down));
    }
  }
  return bottom - top;
}

const edges: Task<[Block], number> = task(import.meta, "edges", edgesOf);

/** A picture: circles that overlap. */
function draw(width: number, height: number): Uint8Array {
  const image = new Uint8Array(width * height);
  for (let i = 0; i < image.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    image[i] = 128 + 127 * Math.sin(Math.hypot(x - 200, y - 150) / 9) *
        Math.cos(Math.hypot(x - 60, y - 40) / 15);
  }
  return image;
}

if (import.meta.main) {
  const [width, height, rows] = [640, 480, 32];
  const path = await Deno.makeTempFile({ suffix: ".png" });
  try {
    // A PNG, as it would come from anywhere.
    const given = draw(width, height);
    const png = encode({ width, height, data: given, channels: 1 });
    const source = decode(png).data as Uint8Array;

    const from = sharedArray(Uint8Array, source.length);
    const to = sharedArray(Uint8Array, source.length);
    from.set(source);
    const tops = Array.from({ length: height / rows }, (_, i) => i * rows);
    const blocks = tops.map((top) => ({
      from,
      to,
      width,
      top,
      bottom: top + rows,
    }));
    await using pool = new Pool({ size: 2 });
    const done = await pool.reduce(edges, blocks, (a, b) => a + b, 0);

    const data = new Uint8Array(to);
    await Deno.writeFile(path, encode({ width, height, data, channels: 1 }));
    const written = decode(await Deno.readFile(path));

    const alone = new Uint8Array(source.length);
    edgesOf({ from: source, to: alone, width, top: 0, bottom: height });
    const same = written.data.every((value, i) => value === alone[i]);
    console.log(`${written.width} x ${written.height}, ${done} rows`, same);
  } finally {
    await Deno.remove(path);
  }
}
