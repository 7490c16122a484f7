import { html } from './html.ts';
import { page, tocsinMark } from './layout.ts';

/** Answers a page that says one thing and leads back to the board. */
export function noticePage(title: string, text: string): string {
  const body = html`<main class="card"><h1>${tocsinMark} ${title}</h1><p>${text}</p>
<p><a href="/">See what is wrong now</a></p></main>`;
  return page({ title: `${title} · Tocsin`, body });
}

/**
 * Answers a page that loads its own address again. A browser keeps the session's cookie back when a link on another site
 * leads here; the second request comes from our own page and brings it.
 */
export function reloadPage(path: string): string {
  const body = html`<main class="card"><h1>${tocsinMark} Tocsin</h1><p><a href="${path}">Go on</a></p></main>`;
  return page({ title: 'Tocsin', body, refreshSeconds: 0 });
}
