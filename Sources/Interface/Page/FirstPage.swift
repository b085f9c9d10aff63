internal import Cryptography
internal import Economy
public import Engine
internal import Primitives

/// `GET /`: the first page, for a person with a browser. The figures in it come from REST and are
/// kept up to date by its script; what stands in the document itself is for browsers without one.
public enum FirstPage {
  /// What the page loads: path, type and text.
  static let assets: [(path: String, contentType: String, text: String)] = [
    ("/page/style.css", "text/css; charset=utf-8", PageStyleCSS.text),
    ("/page/icon.svg", "image/svg+xml", PageIconSVG.text),
    ("/page/api.js", script, PageApiJS.text),
    ("/page/app.js", script, PageAppJS.text),
    ("/page/chart.js", script, PageChartJS.text),
    ("/page/format.js", script, PageFormatJS.text),
    ("/page/home.js", script, PageHomeJS.text),
    ("/page/parts.js", script, PagePartsJS.text),
    ("/page/views.js", script, PageViewsJS.text),
  ]

  private static let script = "text/javascript; charset=utf-8"

  /// The policy that the page keeps: its own style, scripts and answers, nothing of anybody else,
  /// and no markup out of texts.
  static let contentSecurityPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    + " require-trusted-types-for 'script'"

  /// The page for the chain as it stands.
  public static func html(_ chain: Chain, _ configuration: Configuration) -> String {
    let genesis = chain.genesis
    let head = chain.head
    let decimals = Int(genesis.token.decimals)
    let (supply, burned) = chain.withState { ($0.totalSupply(), $0.balance(of: .zero)) }
    let symbol = escaped(genesis.token.symbol)
    let facts: [(name: String, value: String)] = [
      ("Token", "\(escaped(genesis.token.name)) (\(symbol)), \(decimals) decimals"),
      ("Token address", "<code>\(Token.declaration.address.checksummed)</code>"),
      ("Chain id", "<code>\(genesis.chainID)</code>"),
    ]
    let state: [(name: String, value: String)] = [
      ("Newest block", "\(head.height), \(UTCTime.text(head.header.timestamp))"),
      ("Supply", "\(DecimalText.format(supply, decimals: decimals)) \(symbol)"),
      ("Burned", "\(DecimalText.format(burned, decimals: decimals)) \(symbol)"),
    ]
    return filled([
      "TOKEN": escaped(genesis.token.name), "SYMBOL": symbol, "CHAIN": String(genesis.chainID),
      "HEIGHT": String(head.height), "ECONOMY": escaped(genesis.economy),
      "VERSION": escaped(configuration.version),
      "FACTS": rows(facts), "STATE": rows(state),
      "DOCUMENTS": Registry.modules.map(documents).joined(separator: "\n"),
    ])
  }

  private static func rows(_ facts: [(name: String, value: String)]) -> String {
    facts.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>" }.joined(separator: "\n")
  }

  /// The page with a value for each `%NAME%`; what is put in is not looked at again.
  private static func filled(_ values: [String: String]) -> String {
    let parts = PageIndexHTML.text.split(separator: "%", omittingEmptySubsequences: false)
    var text = ""
    for (place, part) in parts.enumerated() {
      text += place % 2 == 0 ? String(part) : values[String(part)] ?? ""
    }
    return text
  }

  /// The names that the page's template asks for.
  static var names: [String] {
    PageIndexHTML.text.split(separator: "%", omittingEmptySubsequences: false).enumerated()
      .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
  }

  private static func documents(_ module: ModuleDeclaration) -> String {
    let json = ABIDocument.path(module)
    let solidity = SolidityInterface.path(module)
    return "<li><a href=\"\(json)\">\(json)</a>, <a href=\"\(solidity)\">\(solidity)</a>:"
      + " \(escaped(module.help))</li>"
  }

  /// Text that stands in HTML as it is read, in elements and in quoted attributes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
