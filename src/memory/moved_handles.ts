/**
 * Handles that are given away by being sent: told once the value that holds them is encoded as a whole, and once more if that
 * is refused after all.
 *
 * @module
 */

import type { Loss } from "./portable.ts";

/** Gives a handle away. Returns what takes that back. */
export type Giving = () => () => void;

let moved: Giving[] | undefined;
let atStake: Loss[] = [];
/** What takes handles back, by the attachments of the value that holds them. */
const backs: WeakMap<readonly unknown[], (() => void)[]> = new WeakMap();
/** What the handles leave behind if their message is thrown away, by the same. */
const stakes: WeakMap<readonly unknown[], readonly Loss[]> = new WeakMap();

/** Has `sent` called if the value being encoded can be sent; `losses` are its handle's if its message is thrown away. */
export function onSent(sent: Giving, losses: readonly Loss[] = []): void {
  (moved ??= []).push(sent);
  atStake.push(...losses);
}

/** The value being encoded can be sent, with these attachments. */
export function tellSent(attachments: readonly unknown[] | undefined): void {
  const told = moved;
  if (told === undefined) return;
  moved = undefined;
  const given = told.map((sent) => sent());
  const losses = atStake;
  atStake = [];
  if (attachments === undefined) return;
  backs.set(attachments, given);
  if (losses.length > 0) stakes.set(attachments, losses);
}

/**
 * What is lost with a value that was encoded, if it is thrown away once it was sent.
 *
 * @param attachments Those of the value, as `encode()` gave them.
 */
export function lossesOf(
  attachments: readonly unknown[] | undefined,
): readonly Loss[] {
  return attachments && stakes.get(attachments) || [];
}

/** The value being encoded cannot be sent. */
export function forgetSent(): void {
  moved = undefined;
  atStake = [];
}

/**
 * A value that was encoded is not sent after all: handles in it that were given away are as before. Does nothing the second
 * time.
 *
 * @param attachments Those of the value, as `encode()` gave them.
 */
export function takeBack(attachments: readonly unknown[] | undefined): void {
  if (attachments === undefined) return;
  const given = backs.get(attachments);
  if (given === undefined) return;
  backs.delete(attachments);
  stakes.delete(attachments);
  for (const back of given) back();
}
