/** Where the page is: the hall in its address, the stream's address, the way to other pages. */
import type { PublicState } from "../flow.ts";

const HALL = /^\/(?:h|studio)\/([a-z0-9-]+)\/?$/;

export const hallHere = (): string | null => HALL.exec(location.pathname)?.[1] ?? null;
export const ownerToken = (): string => decodeURIComponent(location.pathname.replace(/^\/owner\//, ""));
/** What the stream port takes of one who has a pass, if this browser has one. */
export const knownHere = (hall: string): string | null =>
  new RegExp(`(?:^|; )hustings_known_${hall}=([^;]+)`).exec(document.cookie)?.[1] ?? null;
export const listenerLink = (hall: string): string => `${location.origin}/h/${hall}`;
export const absolute = (address: string): string => new URL(address, location.href).href;
/** The same address, without what was asked for in it. */
export const reload = (): void => location.assign(location.pathname);
export const goTo = (address: string): void => location.assign(address);

export function streamAddress({ stream }: PublicState): string {
  return (stream.origin ?? `${location.protocol}//${location.hostname}:${stream.port}`) + stream.path;
}
