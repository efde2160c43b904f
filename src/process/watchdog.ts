/** How often the memory is looked at, in milliseconds. */
const LOOK_MS = 100;

/**
 * Runs beside the main thread, whatever that is doing: ends the process when its input ends, which its keeper never does, or
 * when it has more memory than it may. Blocks for about 20 ms, as each thread that is made does.
 */
export function startWatchdog(maxBytes: number | undefined): void {
  // Not from a file, which the process may not be allowed to read.
  const source = encodeURIComponent(watchdog(maxBytes));
  new Worker(`data:text/javascript,${source}`, { type: "module" });
}

function watchdog(maxBytes: number | undefined): string {
  const look = maxBytes === undefined ? "" : `setInterval(() => {
    if (Deno.memoryUsage().rss <= ${maxBytes}) return;
    Deno.stderr.writeSync(new TextEncoder().encode("Process out of memory\\n"));
    die();
  }, ${LOOK_MS});`;
  // What ends the process is loaded when it is to end: each start would wait for it.
  return `const die = async () => {
      const { default: process } = await import("node:process");
      process.kill(process.pid, "SIGKILL");
    };
    ${look}
    const chunk = new Uint8Array(64);
    while ((await Deno.stdin.read(chunk)) !== null);
    await die();`;
}
