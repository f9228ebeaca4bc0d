"""The looks of the HTML report, light and dark."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
:root{--bg:#fbfbfa;--fg:#1c1f23;--dim:#5c636b;--line:#dcdfe3;--card:#fff;--good:#1a7f4b;--bad:#b3261e;
--notice:#8a5a00;--link:#1f5fbf;--code:#eff1f3}
@media(prefers-color-scheme:dark){:root{--bg:#15171a;--fg:#e7e9ec;--dim:#9aa3ad;--line:#33383f;--card:#1d2024;
--good:#5fd39a;--bad:#ff8a80;--notice:#f2c14e;--link:#8ab4f8;--code:#262a30}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px 20px 64px}
header{border-left:6px solid var(--bad);padding:4px 0 4px 18px;margin-bottom:20px}
header.good{border-color:var(--good)}
h1{font-size:28px;margin:0}header p{margin:4px 0}h2{font-size:19px;margin:36px 0 10px}
h3{font-size:16px;margin:0;display:flex;gap:8px;align-items:center;flex-wrap:wrap}
.small{color:var(--dim);font-size:13px}a{color:var(--link)}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{background:var(--code);padding:1px 4px;border-radius:4px;overflow-wrap:anywhere}
pre{background:var(--code);padding:10px 12px;border-radius:6px;overflow:auto;white-space:pre-wrap;
overflow-wrap:anywhere;margin:8px 0}
.tiles{list-style:none;display:flex;gap:10px;flex-wrap:wrap;padding:0;margin:0}
.tiles li{border:1px solid var(--line);background:var(--card);border-radius:8px;
padding:8px 14px;min-width:96px}
.tiles b{display:block;font-size:22px}.none{opacity:.45}
.passed b,.passed.mark{color:var(--good)}.failed b,.failed.mark{color:var(--bad)}
.notice b,.notice.mark{color:var(--notice)}
article{border:1px solid var(--line);
border-left:4px solid var(--bad);background:var(--card);border-radius:8px;
padding:14px 16px;margin:12px 0}
article.notice,article.waived{border-left-color:var(--notice)}article p{margin:6px 0}
.tag{font-size:12px;border:1px solid var(--line);border-radius:10px;padding:0 8px;color:var(--dim)}
dl{display:grid;grid-template-columns:90px 1fr;gap:2px 12px;margin:10px 0}
dt{color:var(--dim)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
td:first-child code{white-space:nowrap}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:600}.mark{font-weight:600;white-space:nowrap}
.status{white-space:nowrap;margin-right:6px}.s2{color:var(--good)}.s5{color:var(--bad)}
summary{cursor:pointer;color:var(--dim);font-size:13px}
figure{margin:14px 0;border:1px solid var(--line);background:var(--card);border-radius:8px;padding:12px 14px}
figcaption{font-size:13px;color:var(--dim);margin-bottom:6px;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto}svg text{fill:var(--fg);font:11px system-ui,sans-serif}
svg .dim{fill:var(--dim)}svg .axis{stroke:var(--line)}svg .event{fill:var(--link)}
svg .i0{fill:#7c8694}svg .i1{fill:#4f8fd9}svg .i2{fill:#8a6fd1}svg .i3{fill:#2f9e8f}svg .i4{fill:#c78a1e}
svg .i5{fill:#2e9b5b}svg .i6{fill:#cf4b41}svg .i7{fill:#8d5a5a}svg .i8{fill:#b0589c}
"""
