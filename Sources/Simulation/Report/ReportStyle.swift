/// The look of a report's page: light and dark, on screens and on paper, without a network.
enum ReportStyle {
  /// Layers and lines in this order: told apart by light as well as by hue.
  private static let light = [
    "#1f4e79", "#4f8fc0", "#9cc3e0", "#7a3e9d", "#b88bd0", "#4b7f52", "#8dbf7f", "#d9a441",
    "#f0cf7d", "#c0562f", "#e59a7a", "#6b6b6b", "#b5b5b5", "#2f8f8f",
  ]
  private static let dark = [
    "#5b9bd5", "#8abce6", "#3f6e99", "#b78be0", "#7d55a3", "#7fc08a", "#4d8a58", "#e8bd5a",
    "#a88436", "#e8845c", "#a5563a", "#a8a8a8", "#6e6e6e", "#5cc2c2",
  ]

  /// Lines cross, so they differ by hue first.
  private static let lightLines = ["#1f5fa8", "#c0562f", "#3d7a46", "#7a3e9d"]
  private static let darkLines = ["#6cb0f0", "#f0936b", "#7fc08a", "#c3a0ea"]

  /// The style sheet.
  static var css: String {
    """
    :root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --soft: #57606a;
      --line: #d7dce1; --card: #f5f7f9; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3a;
    \(variables(light, "c")) \(variables(lightLines, "l")) }
    @media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e6e9ed;
      --soft: #a3adb8; --line: #343b44; --card: #1d232a; --bad: #ff8a80; --warn: #f0c060;
      --good: #7fd19b;
    \(variables(dark, "c")) \(variables(darkLines, "l")) } }
    \(base)
    \(classes)
    @media print { :root { --paper: #fff; --ink: #000; --soft: #333; --line: #bbb; --card: #fff; }
      body { max-width: none; font-size: 10pt; } figure, section.findings { break-inside: avoid; }
      details::details-content { content-visibility: visible; height: auto; }
      summary { display: none; } .tips { display: none; } a { color: inherit; } }
    """
  }

  private static func variables(_ colours: [String], _ letter: String) -> String {
    colours.enumerated().map { "--\(letter)\($0.offset): \($0.element);" }
      .joined(separator: " ")
  }

  private static var classes: String {
    let layers = light.indices.map {
      ".layer.c\($0) { fill: var(--c\($0)); } .key.c\($0) { background: var(--c\($0)); }"
    }
    let lines = lightLines.indices.map {
      ".line.l\($0) { stroke: var(--l\($0)); } .key.l\($0) { background: var(--l\($0)); }"
    }
    return (layers + lines).joined(separator: "\n")
  }

  private static let base = """
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 78rem; background: var(--paper);
      color: var(--ink); font: 16px/1.55 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
    h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
    h2 { font-size: 1.3rem; margin: 2.6rem 0 .8rem; }
    h3 { font-size: 1.05rem; margin: 0 0 .2rem; }
    p { margin: .3rem 0 .8rem; } .soft { color: var(--soft); }
    code { font: .82rem ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
    a { color: inherit; }
    .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
      gap: .7rem; margin: 1.4rem 0; padding: 0; }
    .cards div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
      padding: .7rem .9rem; }
    .cards dt { color: var(--soft); font-size: .85rem; } .cards dd { margin: 0; font-size: 1.3rem;
      font-variant-numeric: tabular-nums; } .cards dd small { font-size: .8rem;
      color: var(--soft); display: block; }
    .findings ul { list-style: none; margin: 0; padding: 0; }
    .findings li { border-left: .3rem solid var(--soft); background: var(--card);
      padding: .5rem .8rem; margin: .4rem 0; border-radius: 0 .4rem .4rem 0; }
    .findings .bad { border-color: var(--bad); } .findings .warn { border-color: var(--warn); }
    .findings .good { border-color: var(--good); }
    .findings b { font-size: .8rem; margin-right: .5rem; text-transform: uppercase;
      letter-spacing: .03em; } .bad b { color: var(--bad); } .warn b { color: var(--warn); }
    .good b { color: var(--good); }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr));
      gap: 1.2rem; }
    figure { margin: 0; background: var(--card); border: 1px solid var(--line);
      border-radius: .5rem; padding: 1rem; min-width: 0; }
    figure p { color: var(--soft); font-size: .9rem; }
    svg { width: 100%; height: auto; display: block; }
    svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
    .grid line { stroke: var(--line); } .line { fill: none; stroke-width: 2.2;
      stroke-linejoin: round; } .limit { stroke-dasharray: 6 4; }
    .layer { stroke: var(--card); stroke-width: .6; }
    .tips rect { fill: transparent; } .tips rect:hover { fill: var(--ink); fill-opacity: .12; }
    .legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .6rem 0 .4rem; padding: 0;
      list-style: none; font-size: .88rem; }
    .key { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem;
      margin-right: .4rem; vertical-align: -.05rem; }
    summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .85rem; margin-top: .5rem;
      font-variant-numeric: tabular-nums; }
    th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--line);
      vertical-align: top; white-space: nowrap; }
    th:first-child, td:first-child { text-align: left; } td.text, th.text { text-align: left;
      white-space: normal; min-width: 16rem; }
    caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
    """
}
