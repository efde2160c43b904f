/** What other threads do with the ends of pipes. */
import {
  type PipeEnd,
  type Receiver,
  type Sender,
  type Task,
  task,
} from "../../mod.ts";

/** Sends back what it receives. */
export const echoAll: Task<[end: PipeEnd<unknown, unknown>], Promise<void>> =
  task(import.meta, "echoAll", async (end: PipeEnd<unknown, unknown>) => {
    for await (const message of end) await end.send(message);
  });

/** Sends ten numbers that tell who it is, at random speed. */
export const sendTen: Task<[tx: Sender<number>, who: number], Promise<void>> =
  task(import.meta, "sendTen", async (tx: Sender<number>, who: number) => {
    for (let i = 0; i < 10; i++) {
      for (let turns = Math.random() * 4; turns > 0; turns--) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      await tx.send(who * 100 + i);
    }
    tx.close();
  });

/** Takes an end out of an end, and talks to whoever is at the other side. */
export const talk: Task<
  [ends: Receiver<PipeEnd<string, string>>],
  Promise<void>
> = task(
  import.meta,
  "talk",
  async (ends: Receiver<PipeEnd<string, string>>) => {
    const end = await ends.receive();
    await end.send(`got ${await end.receive()}`);
  },
);

/** What an end can do, forced to. */
export const force: Task<[end: object], Promise<string[]>> = task(
  import.meta,
  "force",
  async (end: object) => {
    const outcomes: string[] = [];
    for (const name of ["send", "receive"]) {
      try {
        const method = (end as Record<string, (value?: number) => unknown>)[
          name
        ]!;
        await method.call(end, name === "send" ? 7 : undefined);
        outcomes.push(name);
      } catch (error) {
        outcomes.push((error as Error).name);
      }
    }
    return outcomes;
  },
);

/** Sends a port that answers with twice what it is told. */
export const sendPort: Task<[tx: Sender<MessagePort>], Promise<boolean>> = task(
  import.meta,
  "sendPort",
  async (tx: Sender<MessagePort>) => {
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise<void>((resolve) =>
      port1.onmessage = ({ data }) => {
        port1.postMessage(data * 2);
        resolve();
      }
    );
    await tx.send(port2, { transfer: [port2] });
    await answered;
    port1.close();
    return true;
  },
);
