import Cryptography
import Economy
import Primitives
import Testing

@testable import Interface

@Suite struct ABIDocumentTests {
  private func token() throws -> [JSONValue] {
    try #require(try JSONParser.parse(ABIDocument.json(Token.declaration)).elements)
  }

  /// The canonical signature that a tool would read from an entry.
  private func signature(_ entry: JSONValue) throws -> String {
    let inputs = try #require(entry["inputs"]?.elements)
    let types = try inputs.map { try #require($0["type"]?.string) }
    return try #require(entry["name"]?.string) + "(" + types.joined(separator: ",") + ")"
  }

  @Test(
    "The token's selectors are ERC-20's and ERC-6093's",
    arguments: [
      ("transfer", "a9059cbb"), ("balanceOf", "70a08231"), ("allowance", "dd62ed3e"),
      ("approve", "095ea7b3"), ("transferFrom", "23b872dd"), ("name", "06fdde03"),
      ("symbol", "95d89b41"), ("decimals", "313ce567"), ("totalSupply", "18160ddd"),
      ("ERC20InsufficientBalance", "e450d38c"), ("ERC20InsufficientAllowance", "fb8f41b2"),
      ("ERC20InvalidReceiver", "ec442f05"),
    ])
  func selectors(name: String, selector: String) throws {
    let entries = try token().filter { $0["name"] == .string(name) }
    #expect(entries.count == 1)
    let hash = Keccak256.hash(Array(try signature(try #require(entries.first)).utf8))
    #expect(Hex.text(hash.bytes.prefix(4)) == "0x" + selector)
  }

  @Test(
    "The token's topics are ERC-20's",
    arguments: [
      ("Transfer", "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
      ("Approval", "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"),
    ])
  func topics(name: String, topic: String) throws {
    let entry = try #require(try token().first { $0["name"] == .string(name) })
    #expect(Hex.text(Keccak256.hash(Array(try signature(entry).utf8)).bytes) == topic)
    #expect(
      entry["inputs"]?.elements?.map { $0["indexed"] }
        == [.bool(true), .bool(true), .bool(false)])
    #expect(entry["anonymous"] == .bool(false))
  }

  @Test("An operation and a view as Solidity's tools expect them, to the byte")
  func golden() throws {
    let entries = try token()
    let transfer =
      #"{"type":"function","name":"transfer","stateMutability":"nonpayable","#
      + #""inputs":[{"name":"to","type":"address"},{"name":"amount","type":"uint256"}],"#
      + #""outputs":[{"name":"success","type":"bool"}]}"#
    #expect(entries.first { $0["name"] == .string("transfer") }?.text == transfer)
    let balance =
      #"{"type":"function","name":"balanceOf","stateMutability":"view","#
      + #""inputs":[{"name":"account","type":"address"}],"#
      + #""outputs":[{"name":"balance","type":"uint256"}]}"#
    #expect(entries.first { $0["name"] == .string("balanceOf") }?.text == balance)
    let burn = entries.first { $0["name"] == .string("burn") }
    #expect(burn?["outputs"]?.elements == [])
  }

  @Test("The kernel's errors are in every module's document, each once")
  func errors() throws {
    for module in Registry.modules {
      let entries = try #require(try JSONParser.parse(ABIDocument.json(module)).elements)
      let errors = try entries.filter { $0["type"] == .string("error") }.map(signature)
      #expect(Set(errors).count == errors.count)
      for error in Kernel.rejections { #expect(errors.contains(error.signature)) }
    }
  }
}

@Suite struct SolidityInterfaceTests {
  @Test("The token's interface names every operation, query, event and error")
  func token() {
    let text = SolidityInterface.text(Token.declaration)
    #expect(text.contains("interface IToken {"))
    for line in [
      "function transfer(address to, uint256 amount) external returns (bool success);",
      "function name() external view returns (string memory name);",
      "event Transfer(address indexed from, address indexed to, uint256 value);",
      "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);",
      "error UnknownModule(address to);",
    ] {
      #expect(text.contains("  \(line)\n"), "\(line)")
    }
    #expect(text.filter { $0 == "{" }.count == text.filter { $0 == "}" }.count)
  }
}
