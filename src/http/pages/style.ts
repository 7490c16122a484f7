import { Html } from './html.ts';

/** The one style sheet, inside the page: it must look right when nothing else of the server answers. */
export const style = new Html(`<style>
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--line:#dfe3e8;--text:#16202c;--soft:#5b6878;
--red:#b3121d;--red-ground:#fdebec;--amber:#8a5a00;--amber-ground:#fff3d6;--green:#12693b;--green-ground:#e2f5ea;
--blue:#1c54a8;--blue-ground:#e6effb;--gray:#54606e;--gray-ground:#eceff2}
@media(prefers-color-scheme:dark){:root{--ground:#0e141b;--card:#161e27;--line:#2a3542;--text:#e8edf3;--soft:#98a6b5;
--red:#ff8a8f;--red-ground:#3a1417;--amber:#f2c14e;--amber-ground:#35280a;--green:#63d39a;--green-ground:#0f2d1e;
--blue:#8fbaff;--blue-ground:#14263f;--gray:#a8b4c0;--gray-ground:#222c37}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,main,footer{max-width:64rem;margin:0 auto;padding:0 1rem}
header{display:flex;align-items:center;gap:.75rem;padding-top:1rem;padding-bottom:.5rem}
header b{font-size:1.15rem;letter-spacing:.01em}
header form{margin-left:auto}
header .home{display:flex;align-items:center;gap:.75rem;color:inherit;text-decoration:none}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0}
h2{font-size:1rem;margin:1.75rem 0 .5rem;display:flex;gap:.5rem;align-items:baseline}
h2 small,.soft,footer{color:var(--soft);font-weight:400;font-size:.875rem}
p{margin:.25rem 0}
.card,.row,.verdict,.banner{background:var(--card);border:1px solid var(--line);border-radius:.6rem}
.verdict{display:flex;gap:.9rem;align-items:center;padding:1rem;border-left-width:.4rem;margin-top:.5rem}
.verdict svg{flex:none;width:2.25rem;height:2.25rem}
.banner{padding:.6rem .9rem;margin:.5rem 0;border-left-width:.4rem;overflow-wrap:anywhere}
.list{list-style:none;margin:0;padding:0;display:grid;gap:.5rem}
.row{padding:.7rem .9rem;border-left-width:.4rem;display:grid;gap:.15rem .75rem;grid-template-columns:1fr auto;align-items:start}
.row>*{min-width:0}
.row .title{font-weight:600;overflow-wrap:anywhere}
.row a.title{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.2em}
.row pre,.row .facts{grid-column:1/-1;margin:.25rem 0}
.row .facts{display:flex;flex-wrap:wrap;gap:.1rem .9rem;font-size:.875rem}
.row .meta{grid-column:1/-1;color:var(--soft);font-size:.875rem;display:flex;flex-wrap:wrap;gap:.1rem .9rem}
.strip{grid-column:1/-1;width:100%;height:.9rem;margin-top:.3rem;fill:none;stroke-width:8;stroke-dasharray:3 1}
.strip .green{stroke:var(--green);opacity:.45}.strip .gray{stroke:var(--line)}.strip .red{fill:var(--red)}.strip .amber{fill:var(--amber)}
.grid{display:grid;gap:.5rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
.tag{display:inline-flex;gap:.35rem;align-items:center;border-radius:1rem;padding:.05rem .6rem;font-size:.8125rem;font-weight:600;white-space:nowrap}
.tag svg{width:.85rem;height:.85rem}
.tags{display:flex;flex-wrap:wrap;gap:.4rem;margin-bottom:.25rem}
.verdict>div{min-width:0}.verdict h1,.verdict .soft,.log .what{overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:.6rem 1.5rem;align-items:center;margin:.75rem 0}
.actions form{display:flex;flex-wrap:wrap;gap:.4rem .75rem;align-items:center}
.actions button{min-height:2.75rem}
.actions label{display:flex;gap:.5rem;align-items:center;margin:0;font-weight:400}
.actions input{width:1.15rem;height:1.15rem}
.log{list-style:none;margin:0;padding:.25rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
.log li{display:grid;grid-template-columns:8.5rem 1fr;gap:0 1rem;padding:.45rem 0}
.log li+li{border-top:1px solid var(--line)}
.log .soft{grid-column:2}
.log time{color:var(--soft);font-size:.875rem}
@media(max-width:30rem){.log li{grid-template-columns:1fr}.log .soft{grid-column:1}}
.red{border-left-color:var(--red)}.amber{border-left-color:var(--amber)}.green{border-left-color:var(--green)}
.blue{border-left-color:var(--blue)}.gray{border-left-color:var(--gray)}
.tag.red,.verdict.red svg{background:var(--red-ground);color:var(--red)}.tag.amber{background:var(--amber-ground);color:var(--amber)}
.tag.green{background:var(--green-ground);color:var(--green)}.tag.blue{background:var(--blue-ground);color:var(--blue)}
.tag.gray{background:var(--gray-ground);color:var(--gray)}
.verdict svg{background:none!important}.verdict.red svg{color:var(--red)}.verdict.amber svg{color:var(--amber)}
.verdict.green svg{color:var(--green)}.verdict.blue svg{color:var(--blue)}.verdict.gray svg{color:var(--gray)}
button,input{font:inherit;color:inherit;border-radius:.45rem;border:1px solid var(--line);padding:.45rem .8rem;background:var(--card)}
button{cursor:pointer}button.main{background:var(--text);color:var(--ground);border-color:var(--text);font-weight:600}
button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
input{width:100%}label{display:block;font-weight:600;margin-bottom:.35rem}
.card{padding:1.25rem;width:min(26rem,100% - 2rem);margin:12vh auto 0;display:grid;gap:.9rem}
.card form p{margin-top:.75rem}
a{color:var(--blue)}
pre{margin:.5rem 0;padding:.6rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8125rem}
footer{padding-top:1.5rem;padding-bottom:2rem}
time{font-variant-numeric:tabular-nums}
</style>`);
