import { Html, html } from './html.ts';
import { style } from './style.ts';

// The mark on a bell: rung twice it reads as an alarm, alone as the product's sign.
const bell = new Html(
  '<svg viewBox="0 0 24 24" width="26" height="26" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M6 17V11a6 6 0 0 1 12 0v6l2 2H4z"/><path d="M10 22h4M12 2v3"/></svg>',
);

export const tocsinMark = bell;

/** Answers the head of every page for somebody who is signed in. */
export function siteHeader(visitor: string): Html {
  return html`<header><a class="home" href="/">${tocsinMark}<b>Tocsin</b></a>
<form method="post" action="/signout"><button title="Signed in as ${visitor}">Sign out</button></form></header>`;
}

/** Answers a whole page as text. `refreshSeconds` loads it anew, for boards on a wall. */
export function page(options: { title: string; body: Html; refreshSeconds?: number }): string {
  const { refreshSeconds } = options;
  const refresh =
    refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">${refresh}
<title>${options.title}</title>
${style}
</head>
<body>
${options.body}
</body>
</html>
`.text;
}
