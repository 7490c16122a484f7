import { type Html, html } from './html.ts';
import { page, tocsinMark } from './layout.ts';

/** Answers the page with the form for a token; `problem` says why the last try failed, `next` where one wanted to go. */
export function signInPage(problem: string | null, next: string | null): string {
  return card(html`<p>Sign in with a token. The first one is in the file <code>admin-token</code> of the data directory;
<code>tocsin token create</code> makes more.</p>
${problem && html`<p class="banner red" role="alert">${problem}</p>`}
<form method="post" action="/signin"><label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
${next && html`<input type="hidden" name="next" value="${next}">`}
<p><button class="main">Sign in</button></p></form>
${next && html`<p class="soft">Signed in already? <a href="${next}">Go on to ${next}</a></p>`}`);
}

/** Answers the page with the button that uses the code: a preview of the link must not use it up. */
export function codePage(code: string): string {
  return card(html`<p>This link signs you in once.</p>
<form method="post" action="/signin"><input type="hidden" name="code" value="${code}">
<button class="main" autofocus>Sign in</button></form>`);
}

function card(content: Html): string {
  const body = html`<main class="card"><h1>${tocsinMark} Tocsin</h1>${content}</main>`;
  return page({ title: 'Sign in · Tocsin', body });
}
