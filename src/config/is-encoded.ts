/** Answers whether each % of a part of an address begins a character: what isn't so has no reading. */
export function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== null;
  } catch {
    return false; // a % that begins nothing
  }
}
