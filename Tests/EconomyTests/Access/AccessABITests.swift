import Primitives
import Testing

@testable import Economy

/// What outsiders rely on of access: selectors and topics, computed by another keccak-256.
@Suite struct AccessABITests {
  private static let calls: [(String, UInt32)] = [
    ("grantRole(bytes32,address)", 0x2f2f_f15d),
    ("grantRoleUntil(bytes32,address,uint64)", 0x7381_56d3),
    ("revokeRole(bytes32,address)", 0xd547_741f),
    ("renounceRole(bytes32,address)", 0x3656_8abe),
    ("offerHandover(bytes32,address)", 0x7656_40af),
    ("withdrawHandover(bytes32)", 0x864c_f161),
    ("acceptHandover(bytes32,address)", 0xefb1_133c),
  ]
  private static let queries: [(String, UInt32)] = [
    ("hasRole(bytes32,address)", 0x91d1_4854),
    ("getRoleAdmin(bytes32)", 0x248a_9ca3),
    ("getRoleMembers(bytes32)", 0xa324_6ad3),
    ("roleExpiry(bytes32,address)", 0xb7c0_1094),
    ("handoverReady(bytes32,address)", 0xcf54_27ff),
    ("roles()", 0x392f_5f64),
  ]
  private static let rejections: [(String, UInt32)] = [
    ("UnknownRole(bytes32)", 0x74cc_4fed),
    ("AccessControlUnauthorizedAccount(address,bytes32)", 0xe251_7d3f),
    ("AccessControlBadConfirmation()", 0x6697_b232),
    ("HandoverOnly(bytes32)", 0x92c9_e0cc),
    ("InvalidMember(address)", 0x6c5b_df40),
    ("ExpiryPassed(uint64)", 0x2721_616f),
    ("AlreadyMember(address,bytes32)", 0x0b55_b0a8),
    ("NotMember(address,bytes32)", 0xfb14_baff),
    ("LastHolder(bytes32)", 0xa268_8f63),
    ("NoHandover(bytes32)", 0xbbb9_f664),
    ("HandoverNotReady(uint64)", 0xd505_186b),
  ]
  private static let events: [(String, String)] = [
    (
      "RoleGrantedUntil(bytes32,address,address,uint64)",
      "0x8f47df09f7114db0353dc27e42deea63b8b8978989ed42392567139d5fa295b1"
    ),
    (
      "RoleRevoked(bytes32,address,address)",
      "0xf6391f5c32d9c69d2a47ea670b442974b53935d1edc7fd64eb21e047a839171b"
    ),
    (
      "HandoverOffered(bytes32,address,address,uint64)",
      "0x3182032201092791363cf93c6cc25eb658f7432cfbb0515a393a1b5e22f50fc4"
    ),
    (
      "HandoverWithdrawn(bytes32,address,address)",
      "0xf622f065d77f45eb967f518daa2ab24019f62df9c9c74238d0242029c579e177"
    ),
  ]

  @Test func selectorsAndTopics() {
    let module = Access.declaration
    #expect(module.calls.map(\.signature) == Self.calls.map(\.0))
    #expect(module.calls.map(\.selector) == Self.calls.map(\.1))
    #expect(module.queries.map(\.signature) == Self.queries.map(\.0))
    #expect(module.queries.map(\.selector) == Self.queries.map(\.1))
    #expect(module.rejections.map(\.signature) == Self.rejections.map(\.0))
    #expect(module.rejections.map(\.selector) == Self.rejections.map(\.1))
    #expect(module.rejections.map(\.code) == Access.Code.allCases.map(\.rawValue))
    #expect(module.events.map(\.signature) == Self.events.map(\.0))
    #expect(module.events.map { Hex.text($0.topic.bytes) } == Self.events.map(\.1))
    #expect(module.events.map(\.code) == Access.Event.allCases.map(\.rawValue))
    #expect(Registry.verify().isEmpty)
  }

  @Test func everythingHasHelpAndAnExample() {
    let module = Access.declaration
    for call in module.calls {
      #expect(!call.help.isEmpty && call.example.isEmpty == call.parameters.isEmpty)
      let words = call.example.split(separator: " ").count
      #expect(words == call.parameters.count, "\(call.signature)")
    }
    for query in module.queries {
      let words = query.example.split(separator: " ").count
      #expect(!query.help.isEmpty && words == query.parameters.count, "\(query.signature)")
    }
    for event in module.events { #expect(!event.help.isEmpty) }
    for rejection in module.rejections { #expect(!rejection.help.isEmpty) }
  }
}
