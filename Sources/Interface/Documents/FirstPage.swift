internal import Cryptography
internal import Economy
public import Engine
internal import Primitives

/// `GET /`: what stands here and how to reach it, for a person with a browser. No scripts.
public enum FirstPage {
  /// The path of the page's style sheet.
  public static let stylePath = "/style.css"

  /// The policy that the page keeps: nothing but its own style sheet.
  static let contentSecurityPolicy =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    + " frame-ancestors 'none'"

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
      ("Newest block", "\(head.height), \(UTCTime.text(head.header.timestamp))"),
      ("Supply", "\(DecimalText.format(supply, decimals: decimals)) \(symbol)"),
      ("Burned", "\(DecimalText.format(burned, decimals: decimals)) \(symbol)"),
    ]
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escaped(genesis.token.name)) on Freehold</title>
      <link rel="stylesheet" href="\(stylePath)">
      </head>
      <body>
      <main>
      <h1>\(escaped(genesis.token.name))</h1>
      <p>This is a Freehold node of the economy <code>\(escaped(genesis.economy))</code>, version
      \(escaped(configuration.version)).</p>
      <h2>The network</h2>
      <dl>
      \(facts.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>" }.joined(separator: "\n"))
      </dl>
      <h2>How to connect</h2>
      <p>Add a network to your wallet with this page's address as RPC URL, chain id
      <code>\(genesis.chainID)</code> and symbol <code>\(symbol)</code>. Programs send Ethereum's
      JSON-RPC as POST to this same address.</p>
      <h2>Documents</h2>
      <ul>
      <li><a href="/network">/network</a>: everything that a client needs to know</li>
      \(Registry.modules.map(documents).joined(separator: "\n"))
      </ul>
      </main>
      </body>
      </html>

      """
  }

  /// The style sheet.
  public static let style = """
    :root { color-scheme: light dark; }
    body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
    main { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; }
    dt { font-weight: 600; }
    dd { margin: 0; overflow-wrap: anywhere; }

    """

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
