// swift-format-ignore-file
/// `page/index.html`, put here by script/page.
enum PageIndexHTML {
  static let text = #"""
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%TOKEN% on Freehold</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/style.css">
<script type="module" src="/page/app.js"></script>
</head>
<body>
<a class="skip" href="#view">Skip to the content</a>
<header>
<div class="bar">
<a class="brand" href="#/"><span aria-hidden="true" class="mark"></span>%TOKEN%</a>
<form id="search" role="search">
<label for="q">Address, hash, block or name</label>
<input id="q" name="q" type="search" autocomplete="off" spellcheck="false" maxlength="100">
<button type="submit">Search</button>
</form>
<p id="live" role="status"><span class="dot" aria-hidden="true"></span><span id="live-text">Block
%HEIGHT%</span></p>
</div>
</header>
<main id="view" tabindex="-1">
<h1>%TOKEN%</h1>
<noscript><p class="note">This page shows live figures with JavaScript. Without it, here is what
stood when it was loaded; <a href="/openapi.json">/openapi.json</a> lists where the rest is.</p>
<dl>
%STATE%
</dl>
</noscript>
</main>
<section class="facts" aria-labelledby="network">
<h2 id="network">The network</h2>
<dl>
%FACTS%
</dl>
<h2>How to connect</h2>
<p>Add a network to your wallet with this page's address as RPC URL, chain id
<code>%CHAIN%</code> and symbol <code>%SYMBOL%</code>. Programs send Ethereum's JSON-RPC as POST to
this same address, or read and draft by REST: <a href="/openapi.json">/openapi.json</a>.</p>
<h2>Documents</h2>
<ul class="documents">
<li><a href="/network">/network</a>: everything that a client needs to know</li>
<li><a href="/openapi.json">/openapi.json</a>: every route, in OpenAPI 3.1</li>
%DOCUMENTS%
</ul>
</section>
<footer><p>A Freehold node of the economy <code>%ECONOMY%</code>, version %VERSION%.</p></footer>
</body>
</html>
"""#
}
