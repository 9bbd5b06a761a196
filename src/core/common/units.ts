// Times and positions as distinct types, so that one is never taken for another.

declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

export type Milliseconds = Unit<'ms'>;
/** Microseconds since the start of a tape, unless said otherwise. */
export type Microseconds = Unit<'us'>;
export type Bytes = Unit<'bytes'>;
/** Number of an event on a tape, from 0. */
export type EventIndex = Unit<'event'>;
/** Number of a call on a tape, from 1, in order of entry; nested calls are numbered too. */
export type CallNumber = Unit<'call'>;

export const ms = (value: number): Milliseconds => value as Milliseconds;
export const us = (value: number): Microseconds => value as Microseconds;
export const bytes = (value: number): Bytes => value as Bytes;
export const eventIndex = (value: number): EventIndex => value as EventIndex;
export const callNumber = (value: number): CallNumber => value as CallNumber;
