/**
 * The codec of messages: values that structured clone takes, errors with their
 * class, and handles, into bytes and back.
 *
 * A message is whole by itself: the reader needs no memory of earlier ones, so
 * one that was restarted can go on with the next. `codec_tags.ts` draws the bytes.
 *
 * @module
 */

export { encode, encodeArguments } from "./encode.ts";
export type { Encoded, EncodeOptions } from "./encode.ts";
export { decode } from "./decode.ts";
export { definePortable, portable } from "./portable.ts";
export type { Portable, PortableData } from "./portable.ts";
