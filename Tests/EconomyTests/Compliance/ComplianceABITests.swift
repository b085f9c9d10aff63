import Primitives
import Testing

@testable import Economy

/// What outsiders rely on of compliance: selectors and topics, computed by another keccak-256.
@Suite struct ComplianceABITests {
  private static let calls: [(String, UInt32)] = [
    ("pause(uint8)", 0xedf0_7f15),
    ("unpause(uint8)", 0x301c_7e5d),
    ("setEmergencyLevel(uint8)", 0xac37_6ee7),
    ("blockAccount(address,bytes32)", 0x4dae_3ea6),
    ("unblockAccount(address)", 0x4d78_fdc6),
    ("freeze(address,uint256)", 0x24bc_e60c),
    ("unfreeze(address,uint256)", 0x7b46_b80b),
  ]
  private static let queries: [(String, UInt32)] = [
    ("paused(uint8)", 0x5ac8_6ab7),
    ("pausedTime(uint8)", 0x5710_ce91),
    ("emergencyLevel()", 0xd57a_0667),
    ("isBlocked(address)", 0xfbac_3951),
    ("blockedSince(address)", 0xf1a2_6d93),
    ("blockReason(address)", 0x3424_3775),
    ("quarantinedOf(address)", 0x020b_ff83),
    ("frozenOf(address)", 0x1bf6_e00d),
    ("blockedAccounts(uint64)", 0x79ac_2c6e),
  ]
  private static let rejections: [(String, UInt32)] = [
    ("EmergencyStop()", 0x4e97_bcfc),
    ("EnforcedPause()", 0xd93c_0665),
    ("AccountBlocked(address)", 0x28e9_b385),
    ("AbilityAbsent()", 0x401a_32d5),
    ("UnknownModule(uint8)", 0x2e11_cdaf),
    ("ExpectedPause()", 0x8dfc_202b),
    ("InvalidLevel(uint8)", 0xf663_2154),
    ("LevelUnchanged(uint8)", 0x68f3_a225),
    ("InvalidAccount(address)", 0x4b57_9b22),
    ("AlreadyBlocked(address)", 0xd8bb_b02f),
    ("NotBlocked(address)", 0x6479_469c),
    ("ZeroAmount()", 0x1f2a_2005),
    ("FreezeTooLarge(address,uint256,uint256)", 0x07d9_93f8),
    ("InsufficientFrozen(address,uint256,uint256)", 0xd490_b17c),
  ]
  private static let events: [(String, String)] = [
    (
      "Paused(uint8,address)",
      "0x0116a706473db0e0938996f608b9894b96b1583d307f8c605ec7fccb6d7a8cdb"
    ),
    (
      "Unpaused(uint8,address)",
      "0xe33b1e8c9a3225cc5a849e3f9c6d9c272be7915b24983c2a048dfe7c79390f41"
    ),
    (
      "EmergencyLevelSet(uint8,address)",
      "0xfc1d7cc44d240581882c96d32b8fa95391c2ed301a70d3928ca98f830bc43f37"
    ),
    (
      "Blocked(address,address,bytes32)",
      "0x88240af609334176d7e6d1ce30cb622b2d354161168c19fbc24b22d029cbc706"
    ),
    (
      "Unblocked(address,address,uint256)",
      "0x171c390fcebaa645b9580787c347cb4381b92d48cf446bafc4139abaf0bc0c84"
    ),
    (
      "Frozen(address,address,uint256)",
      "0x359e1fe2aed905706ea4315f4b814fcdae228c392c419bb740596e0ded810ec7"
    ),
    (
      "Unfrozen(address,address,uint256)",
      "0xfebbe305e24c6426fe0f2060074aa89024cd90209ba37df7acbcaa7062c069ce"
    ),
    (
      "Quarantined(address,address,uint256)",
      "0xcf0f30e04bd046beb7ba4e4385426ae5078f23dc3889b9c7f032643c7b3bf5da"
    ),
  ]

  @Test func selectorsAndTopics() {
    let module = Compliance.declaration
    #expect(module.calls.map(\.signature) == Self.calls.map(\.0))
    #expect(module.calls.map(\.selector) == Self.calls.map(\.1))
    #expect(module.queries.map(\.signature) == Self.queries.map(\.0))
    #expect(module.queries.map(\.selector) == Self.queries.map(\.1))
    #expect(module.rejections.map(\.signature) == Self.rejections.map(\.0))
    #expect(module.rejections.map(\.selector) == Self.rejections.map(\.1))
    #expect(module.rejections.map(\.code) == Compliance.Code.allCases.map(\.rawValue))
    #expect(module.events.map(\.signature) == Self.events.map(\.0))
    #expect(module.events.map { Hex.text($0.topic.bytes) } == Self.events.map(\.1))
    #expect(module.events.map(\.code) == Compliance.Event.allCases.map(\.rawValue))
    #expect(Registry.verify().isEmpty)
  }

  @Test func everythingHasHelpAndAnExample() {
    let module = Compliance.declaration
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
