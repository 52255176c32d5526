/** Cuts what was pasted into posts that the desk takes, at blanks where there are any. */

const POST_CHARS_MAX = 400;

export function pieces(text: string, chars_max = POST_CHARS_MAX): string[] {
  const found: string[] = [];
  let rest = text.trim();
  while ([...rest].length > chars_max) {
    const head = [...rest].slice(0, chars_max + 1).join("");
    const blank = head.search(/\s\S*$/);
    const piece = blank > 0 ? head.slice(0, blank) : [...head].slice(0, chars_max).join("");
    found.push(piece.trimEnd());
    rest = rest.slice(piece.length).trimStart();
  }
  return rest === "" ? found : [...found, rest];
}
