import Economy
import Interface
import Primitives
import Testing

/// Goal: signatures as people write them, and nothing else. Method: Solidity's own selectors, every
/// signature that a module declares, one mistake at a time, seeded noise.
struct SignatureTextTests {
  private let coder = TextCoder(Vocabulary(symbol: "", decimals: 0))

  @Test func knownSelectors() throws {
    let rows = [
      ("transfer(address,uint256)", "0xa9059cbb"),
      ("transfer(address to, uint amount)", "0xa9059cbb"),
      ("balanceOf(address)(uint256)", "0x70a08231"), ("totalSupply()", "0x18160ddd"),
      ("aggregate3((address target,bool allowFailure,bytes callData)[] calls)", "0x82ad56cb"),
      ("aggregate3(tuple(address,bool,bytes)[])", "0x82ad56cb"),
    ]
    for (text, selector) in rows {
      #expect(Hex.text(try SignatureText(text).hash.prefix(4)) == selector, "\(text)")
    }
    let read = try SignatureText("balanceOf(address)(uint256 units)")
    #expect(read.returns?.map(\.name) == ["units"] && read.returns?.first?.type == .uint(256))
    #expect(try SignatureText("f()").returns == nil)
    #expect(try SignatureText("(uint256,bool)").name.isEmpty)
  }

  @Test func everyDeclaration() throws {
    for module in Registry.modules {
      let signatures = module.calls.map(\.signature) + module.queries.map(\.signature)
      for text in signatures + module.events.map(\.signature) {
        #expect(try SignatureText(text).canonical == text)
      }
    }
  }

  @Test func encodes() throws {
    let signature = try SignatureText("f(uint256[],(address,bool)[2],string)")
    let zero = "0x0000000000000000000000000000000000000000"
    let texts = ["[1,2,3]", "[(\(zero),yes),(\(zero),no)]", "a text"]
    let data = try signature.encode(texts, with: coder)
    let trees = try ABITree.decode(data, from: 4, as: signature.parameters.map(\.type))
    #expect(trees[0] == .list([.number(UInt256(1)), .number(UInt256(2)), .number(UInt256(3))]))
    #expect(trees[2] == .text("a text"))
    #expect(try SignatureText("(uint8)").encode(["255"], with: coder).count == 32)
    #expect(throws: TextFailure.self) { try SignatureText("(uint8)").encode(["256"], with: coder) }
    #expect(throws: TextFailure.self) { try signature.encode([], with: coder) }
  }

  @Test func mistakes() {
    let texts = [
      "", "transfer", "transfer(", "transfer(address", "transfer(address,)", "f(uint7)",
      "f(uint264)", "f(uint08)", "f(bytes33)", "f(bytes0)", "f(address[)", "f(address[0])",
      "f(address[-1])", "f(uint256[99999])", "f(uint256[4096][2])", "f(money)", "f()x", "f()()()",
      "f(uint256)(", "é(uint256)", String(repeating: "(", count: 40), "f(((((((((((((((((uint",
      "f(uint256" + String(repeating: "[]", count: 40) + ")",
      "f(" + String(repeating: "a", count: 5_000) + ")",
      "f(uint256[99999999999999999999999])",
    ]
    for text in texts {
      #expect(throws: TextFailure.self, "\(text.prefix(60))") { try SignatureText(text) }
    }
  }

  @Test func noise() throws {
    let parts = [
      "f", "(", ")", "[", "]", ",", "uint256", "bytes32", "address", "tuple", " ", "3", "bool", "x",
    ]
    var state: UInt64 = 99
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var taken = 0
    for _ in 0..<20_000 {
      var text = "f("
      for _ in 0..<next(9) { text += parts[next(parts.count)] }
      guard let read = try? SignatureText(text + ")") else { continue }
      taken += 1
      #expect(try SignatureText(read.canonical).canonical == read.canonical)
    }
    #expect(taken > 100)
  }
}
