import type { Cell } from "../actor/cell.ts";
import { coreIn } from "../actor/ref.ts";
import type { ExitReport } from "../exit_report.ts";
import { messageOf } from "../thrown.ts";
import type { FarSpec } from "./far_cell.ts";
import { unpack } from "../connection/freight.ts";
import type { KeeperSide } from "./keeper_handlers.ts";
import type { Handlers } from "../connection/link.ts";
import { permitted } from "./permitted.ts";

/** What a supervisor in the process does with its children, which live here. */
export function cellHandlers(
  { context, border, permissions, say }: KeeperSide,
): Handlers {
  const cells: Map<number, Cell> = new Map();
  /** Why one could not be opened: its start says so. */
  const refused: Map<number, unknown> = new Map();
  const tell = (name: string, n: number, ...about: unknown[]): boolean => {
    try {
      say(name, n, ...about);
      return true;
    } catch {
      return false; // It holds what cannot be sent to another process.
    }
  };
  const listen = (n: number, cell: Cell): void => {
    cell.onEnded = (report, asked) => {
      const detail = cell.crash?.();
      if (tell("cellEnded", n, report, asked, detail)) return;
      const { args: _, ...message } = detail?.message ?? { method: "" };
      const less = detail?.message === undefined ? undefined : { message };
      tell("cellEnded", n, report, asked, less);
    };
    cell.onResumed = (failure) => tell("cellResumed", n, failure);
  };
  return {
    cellOpen: (
      n: number,
      { module, definition, args, options, ...spec }: FarSpec,
    ) => {
      try {
        const cell = context.open({
          ...spec,
          actor: { module, actor: definition },
          args: unpack(border, args) as unknown[],
          options: permitted(permissions, options ?? {}),
        });
        cells.set(n, cell);
        border.adopt(-n, coreIn(cell.ref)!);
        listen(n, cell);
      } catch (error) {
        refused.set(n, error);
      }
    },
    cellStart: (n: number, after: ExitReport | undefined, keeps: boolean) => {
      const cell = cells.get(n);
      if (cell === undefined) throw refused.get(n);
      if (keeps) {
        cell.onCheckpoint = (state, incarnation) =>
          tell("cellCheckpoint", n, state, incarnation);
      }
      return cell.start(after);
    },
    cellEnd: (
      n: number,
      reason: unknown,
      shutdownMs: number | "kill" | "infinity",
    ) =>
      cells.get(n)?.end(reason, shutdownMs) ??
        {
          kind: "failed",
          code: 1,
          error: new Error(messageOf(refused.get(n))),
        },
    cellRestore: (n: number, state: unknown) =>
      cells.get(n)?.restoreNext?.(state),
    cellRetire: (n: number, report: ExitReport) => {
      cells.get(n)?.retire(report);
      cells.delete(n);
      refused.delete(n);
    },
  };
}
