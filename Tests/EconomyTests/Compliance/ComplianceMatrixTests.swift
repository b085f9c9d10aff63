import Foundation
import Primitives
import Testing

@testable import Economy

/// The matrix, generated over every operation of every module (T04, T07, edge cases 7 and 8,
/// reliability incident 15). A module that is added is covered as it stands.
@Suite struct ComplianceMatrixTests {
  typealias Net = DevelopmentNetwork

  @Test func policiesDivertPaymentsAlone() {
    for module in Registry.modules {
      for call in module.calls {
        let policy = call.compliance
        // Only whoever is paid can be paid elsewhere.
        #expect(policy.emergency != .divert && policy.paused != .divert)
        #expect(policy.counterparty != .divert, "\(module.name).\(call.name)")
      }
    }
    #expect(Token.declaration.calls[Int(Token.transferPlace)].name == "transfer")
  }

  /// Arguments of the right types: each address another, so that each party stands alone.
  static func arguments(_ call: CallDeclaration) -> [ABITree] {
    var next: UInt32 = 0xA0000
    func tree(_ type: ABIType) -> ABITree {
      switch type {
      case .uint, .int: return .count(1)
      case .bool: return .flag(true)
      case .address:
        next += 1
        return .account(Address(high: 0x77, middle: 0, low: next))
      case .fixedBytes(let count):
        return .bytes(Array(Access.Role.pauser.id.bytes.prefix(count)))
      case .bytes: return .bytes([1])
      case .string: return .text("a")
      case .array(let element): return .list([tree(element)])
      case .fixedArray(let element, let count): return .list((0..<count).map { _ in tree(element) })
      case .tuple(let fields): return .list(fields.map { tree($0.type) })
      }
    }
    return call.parameters.map { tree($0.type) }
  }

  /// The rejection of the matrix, if it was that which refused.
  private static func verdict(_ outcome: Outcome) -> Compliance.Code? {
    guard case .rejected(let rejection) = outcome.status, rejection.module == Compliance.number
    else { return nil }
    let code = Compliance.Code(rawValue: rejection.code)
    return code == .emergencyStop || code == .enforcedPause || code == .accountBlocked ? code : nil
  }

  private static func preview(
    _ net: inout Net, _ module: ModuleDeclaration, _ decoded: DecodedCall
  ) -> Outcome {
    net.state.preview(
      TransactionCall(
        sender: Net.alice, nonce: 0, gasLimit: 0, maximumPrice: 0, tip: 0, to: module.address,
        value: 0, call: decoded))
  }

  private static func block(_ net: inout Net, _ account: Address) {
    net.accept(
      Compliance.declaration, "blockAccount", [.account(account), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
  }

  /// Each cell refuses or lets through as it says.
  @Test(
    "T04 T07 edge case 8: each cell of the matrix refuses or lets through as it says",
    arguments: CompliancePolicy.Circumstance.allCases, ["dta", "btt"])
  func everyCellBehavesAsItSays(
    _ circumstance: CompliancePolicy.Circumstance, _ economy: String
  ) throws {
    var net = try Net(economy)
    let compliance = Compliance.declaration
    var expected = Compliance.Code.accountBlocked
    switch circumstance {
    case .emergency:
      net.accept(compliance, "setEmergencyLevel", [.count(2)], by: Net.pauser)
      expected = .emergencyStop
    case .paused:
      for module in Registry.modules {
        net.accept(compliance, "pause", [.count(UInt128(module.number))], by: Net.pauser)
      }
      expected = .enforcedPause
    case .sender: Self.block(&net, Net.alice)
    case .receiver, .counterparty: break
    }
    for module in Registry.modules {
      for call in module.calls {
        let decoded = Net.decoded(module, call, Self.arguments(call))
        if case .refused(let rejection) = decoded.operation {
          Issue.record("\(module.name).\(call.name) does not decode: \(rejection)")
        }
        let parties = net.state.parties(of: decoded.operation, to: module.address)
        let named = circumstance == .receiver ? parties.receiver : parties.counterparty
        var isBlocked = false
        if circumstance == .receiver || circumstance == .counterparty {
          guard let named else { continue }
          Self.block(&net, named)
          isBlocked = true
        }
        let policy = call.compliance
        let verdict = Self.verdict(Self.preview(&net, module, decoded))
        #expect(
          verdict == (policy[circumstance] == .refuse ? expected : nil),
          "\(module.name).\(call.name) under \(circumstance)")
        if isBlocked, let named {
          net.accept(compliance, "unblockAccount", [.account(named)], by: Net.compliance)
        }
      }
    }
  }

  /// Without any circumstance the matrix never speaks.
  @Test func quietMatrixLetsAllThrough() throws {
    var net = try Net()
    for module in Registry.modules {
      for call in module.calls {
        let decoded = Net.decoded(module, call, Self.arguments(call))
        #expect(Self.verdict(Self.preview(&net, module, decoded)) == nil)
      }
    }
  }

  /// Level 1 is a pause of every module.
  @Test("T04 the first emergency level pauses every module")
  func firstEmergencyLevelPausesAll() throws {
    var net = try Net()
    net.accept(Compliance.declaration, "setEmergencyLevel", [.count(1)], by: Net.pauser)
    for module in Registry.modules {
      for call in module.calls {
        let decoded = Net.decoded(module, call, Self.arguments(call))
        let policy = call.compliance
        #expect(
          Self.verdict(Self.preview(&net, module, decoded))
            == (policy.paused == .refuse ? .enforcedPause : nil), "\(module.name).\(call.name)")
      }
    }
  }

  /// The decision itself against its words, for every policy and every circumstance.
  @Test func firstRefusingCircumstanceDecides() {
    let effects = CompliancePolicy.Effect.allCases
    for code in 0..<243 {
      let digits = [81, 27, 9, 3, 1].map { effects[code / $0 % 3] }
      let policy = CompliancePolicy(
        emergency: digits[0], paused: digits[1], sender: digits[2], receiver: digits[3],
        counterparty: digits[4])
      for bits in 0..<48 {
        var stands = ComplianceRules.Circumstances()
        stands.level = UInt8(bits / 16)
        stands.isPaused = bits & 1 != 0
        stands.isSenderBlocked = bits & 2 != 0
        stands.isReceiverBlocked = bits & 4 != 0
        stands.isCounterpartyBlocked = bits & 8 != 0
        let holds = [
          stands.level == 2, stands.level >= 1 || stands.isPaused, stands.isSenderBlocked,
          stands.isReceiverBlocked, stands.isCounterpartyBlocked,
        ]
        let first = (0..<5).first { holds[$0] && digits[$0] == .refuse }
        let refusal = ComplianceRules.refusal(policy, stands)
        if refusal.map({ Int($0.rawValue) }) != first {
          Issue.record("policy \(policy), circumstances \(bits): \(String(describing: refusal))")
        }
      }
    }
  }

  /// `docs/compliance-matrix.md` is the printed matrix; FREEHOLD_WRITE_DOCS=1 writes it anew.
  @Test func printedPageIsUpToDate() throws {
    let page = ComplianceMatrix.page()
    let url = Net.root.appendingPathComponent("docs/compliance-matrix.md")
    if ProcessInfo.processInfo.environment["FREEHOLD_WRITE_DOCS"] == "1" {
      try page.write(to: url, atomically: true, encoding: .utf8)
    }
    let printed = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    #expect(
      printed == page,
      "write it anew: FREEHOLD_WRITE_DOCS=1 swift test --filter printedPageIsUpToDate")
  }
}
