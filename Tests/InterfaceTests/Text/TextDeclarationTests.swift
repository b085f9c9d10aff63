import Economy
import EconomyFile
import Foundation
import Ledger
import Primitives
import Testing

@testable import Interface

/// Every declared operation and query as the command line shows it.
@Suite struct TextDeclarationTests {
  private struct Declared {
    let name: String
    let help: String
    let example: String
    let selector: UInt32
    let parameters: [ParameterDescription]
  }

  private static let all: [Declared] = Registry.modules.flatMap { module in
    module.calls.map {
      Declared(
        name: "\(module.name).\($0.name)", help: $0.help, example: $0.example,
        selector: $0.selector, parameters: $0.parameters)
    }
      + module.queries.map {
        Declared(
          name: "\(module.name).\($0.name)", help: $0.help, example: $0.example,
          selector: $0.selector, parameters: $0.parameters)
      }
  }

  @Test("Everything declared has a sentence of help and, where it takes arguments, an example")
  func helpAndExample() {
    #expect(Self.all.count >= 24)
    for declared in Self.all {
      #expect(declared.help.count >= 8 && declared.help.hasSuffix("."), "\(declared.name)")
      #expect(
        declared.example.isEmpty == declared.parameters.isEmpty, "\(declared.name): example")
      for parameter in declared.parameters {
        #expect(!parameter.name.isEmpty, "\(declared.name) has a parameter without a name")
      }
    }
  }

  @Test("Every example parses, encodes, and decodes back to the same words")
  func examples() throws {
    let coder = TextSamples.coder(decimals: 18)
    for declared in Self.all {
      let texts = try #require(TextCoder.words(ofExample: declared.example), "\(declared.name)")
      let types = declared.parameters.map(\.type)
      let data: [UInt8]
      do throws(TextFailure) {
        data = try coder.callData(
          selector: declared.selector, texts, for: declared.parameters)
      } catch {
        Issue.record("\(declared.name): \(error)")
        continue
      }
      #expect(Selector(data)?.value == declared.selector)
      let trees = try ABITree.decode(data, from: 4, as: types)
      let shown = zip(trees, declared.parameters).map { coder.text($0, as: $1.field) }
      #expect(
        try coder.callData(selector: declared.selector, shown, for: declared.parameters) == data,
        "\(declared.name): \(shown)")
    }
  }

  @Test("The examples of operations decode as the engine decodes them")
  func operations() throws {
    let coder = TextSamples.coder(decimals: 4)
    for module in Registry.modules {
      for call in module.calls {
        let texts = try #require(TextCoder.words(ofExample: call.example))
        let data = try coder.callData(selector: call.selector, texts, for: call.parameters)
        #expect(throws: Never.self, "\(module.name).\(call.name)") {
          _ = try call.decode(data, 4)
        }
      }
    }
  }

  @Test("A missing or surplus argument names the parameters")
  func counts() throws {
    let call = try #require(Token.declaration.calls.first { $0.name == "transfer" })
    let coder = TextSamples.coder()
    for texts in [[], ["token"], ["token", "1", "2"]] {
      #expect {
        _ = try coder.callData(selector: call.selector, texts, for: call.parameters)
      } throws: { error in
        (error as? TextFailure)?.description.contains("expected to amount") ?? false
      }
    }
  }

  @Test("A stranger is refused for exactly the role that an operation declares")
  func roles() throws {
    let root = URL(filePath: #filePath).appending(path: "../../../../economies")
      .standardized
    let economy = try String(contentsOf: root.appending(path: "dta.json"), encoding: .utf8)
    let document = try EconomyFile.load(text: economy)
    var state = EconomyState(genesis: document.genesis(), secret: HashSecret(1, 2))
    let coder = TextSamples.coder()
    let stranger = Address(high: 9, middle: 9, low: 9)
    var declared = 0
    for module in Registry.modules {
      for call in module.calls {
        let texts = try #require(TextCoder.words(ofExample: call.example))
        let data = try coder.callData(selector: call.selector, texts, for: call.parameters)
        let decoded = Registry.decode(to: module.address, data: data, range: 0..<data.count)
        let outcome = state.preview(
          TransactionCall(
            sender: stranger, nonce: 0, gasLimit: 1_000_000, maximumPrice: 0, tip: 0,
            to: module.address, value: 0, call: decoded))
        let missing: Word?
        if case .rejected(let rejection) = outcome.status, rejection.module == Access.number,
          rejection.code == Access.Code.unauthorized.rawValue
        {
          missing = rejection.second
        } else {
          missing = nil
        }
        if let role = call.role {
          declared += 1
          #expect(missing == Word(role.id), "\(module.name).\(call.name)")
          #expect(call.help.contains(role.rawValue), "\(module.name).\(call.name)")
        } else {
          #expect(missing == nil || module.number == Access.number, "\(call.name) asks for a role")
        }
      }
    }
    #expect(declared == 14)
    let powers = RolePowers.operations(of: "default.admin", ["default.admin", "pauser"])
    #expect(powers.count >= 2 && powers[0].hasSuffix("for pauser"))
    #expect(
      RolePowers.operations(of: "pauser", []).map { $0.prefix(while: { $0 != ":" }) }
        == ["compliance.pause", "compliance.unpause"])
  }

  @Test("Logs and refusals are told in the words of their declarations")
  func outcomes() throws {
    let coder = TextSamples.coder()
    let to = Address(high: 1, middle: 2, low: 3)
    let event = try #require(
      EventText(
        address: SystemAddress.module(1),
        topics: [Token.transferEvent.topic, Word(TextSamples.treasury), Word(to)],
        data: Word(125_000).bytes))
    #expect(event.words(coder).hasPrefix("token.Transfer: from: "))
    #expect(event.words(coder).contains("(treasury.business)"))
    #expect(event.words(coder).hasSuffix("value: 12.5 DTA"))
    #expect(
      EventText(address: to, topics: [Token.transferEvent.topic], data: []) == nil)
    #expect(
      EventText(
        address: SystemAddress.module(1), topics: [Token.transferEvent.topic], data: [1]) == nil)
    let declaration = try #require(
      Token.declaration.rejections.first { $0.name == "ERC20InsufficientBalance" })
    let rejection = Rejection(
      module: 1, code: declaration.code, Word(to), Word(10_000), Word(20_000))
    let text = try #require(
      RejectionText(
        address: SystemAddress.module(1), data: declaration.revertData(rejection)))
    #expect(text.words(coder).contains(declaration.help))
    #expect(text.words(coder).hasSuffix("balance: 1 DTA, needed: 2 DTA)"))
    #expect(RejectionText(address: nil, data: [1, 2, 3, 4]) == nil)
    #expect(RejectionText(address: nil, data: []) == nil)
  }
}
