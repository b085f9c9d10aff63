import Primitives
import Testing

@testable import Economy

/// What outsiders rely on of parameters; the numbers were computed by another program.
@Suite struct ParametersABITests {
  @Test func keepsItsSelectors() {
    let declaration = Parameters.declaration
    #expect(
      declaration.calls.map { "\($0.signature) \(Hex.quantity(UInt128($0.selector)))" } == [
        "set(string,uint128) 0xfa6690ff", "setGroup(string[],uint128[]) 0xb7084a78",
      ])
    #expect(
      declaration.queries.map { "\($0.signature) \(Hex.quantity(UInt128($0.selector)))" } == [
        "parameter(string) 0x8524de08", "count() 0x6661abd", "pointerAt(uint32) 0x38c1b2cb",
        "limits() 0x860aefcf",
      ])
  }

  @Test func keepsItsTopics() {
    let topics = Parameters.declaration.events.map {
      "\($0.code) \($0.signature) \(Hex.text($0.topic.bytes))"
    }
    #expect(
      topics == [
        "1 ParameterScheduled(bytes32,address,uint128,uint128,uint64) "
          + "0x37ca030d732edac98939036ce7acc020ecb0157fe62e743c0efde77af756d084",
        "2 ParameterChanged(bytes32,uint128,uint128) "
          + "0x3332ad21e389e8c0da9736ddb36bd8b6780f4ee06ab4f45b3a063ac3ba4981ba",
      ])
  }

  @Test func keepsItsErrors() {
    let errors = Parameters.declaration.rejections.map {
      "\($0.signature) \(Hex.quantity(UInt128($0.selector)))"
    }
    #expect(
      errors == [
        "MalformedGroup(uint32,uint32) 0x499bce98", "UnknownParameter(bytes32) 0x4c695695",
        "ParameterUnchanged(uint32) 0xcf44d385",
        "ParameterOutOfBounds(uint32,uint128,uint128) 0x23a0c79b",
        "ParameterStepTooLarge(uint32,uint128,uint128) 0x6d993a32",
        "ParameterCoolingDown(uint32,uint64) 0x7dab141d",
        "ParameterPending(uint32,uint128) 0x75407284",
        "ParameterGroupSum(uint32,uint128,uint128) 0x442ab1da",
        "ParameterHardLimit(uint32) 0x27425c21",
      ])
  }

  /// Every query answers through its declaration, and every number leads to its pointer and back.
  @Test func answersQueries() throws {
    for state in [0, 1] {
      let state = try state == 0 ? PoolsNetwork.dta() : PoolsNetwork.btt()
      func ask<Answer: ABIValue>(
        _ name: String, _ arguments: [UInt8], as type: Answer.Type
      ) throws -> Answer {
        let query = try #require(Parameters.declaration.queries.first { $0.name == name })
        return try ABIReader.decode(
          try query.answer(state, arguments, 0), from: 0, as: Answer.self)
      }
      let count = try ask("count", [], as: UInt32.self)
      #expect(Int(count) == state.genesis.parameters.count)
      for number in 0..<count {
        let pointer = try ask("pointerAt", ABIWriter.encode(number), as: String.self)
        let facts = try ask("parameter", ABIWriter.encode(pointer), as: Parameters.Facts.self)
        let seed = state.genesis.parameters[Int(number)]
        #expect(facts.pointer == seed.pointer)
        #expect(facts.value == seed.value)
        #expect(facts.minimum == seed.minimum)
        #expect(facts.maximum == seed.maximum)
        #expect(facts.cooldown == seed.cooldown)
        #expect(facts.nextChange == LogicalTime(0))
      }
      #expect(try ask("pointerAt", ABIWriter.encode(count), as: String.self).isEmpty)
      #expect(try ask("pointerAt", ABIWriter.encode(UInt32.max), as: String.self).isEmpty)
      let limits = try ask("limits", [], as: [Parameters.LimitFacts].self)
      #expect(limits.count >= 3)
      for limit in limits { #expect(limit.pointers.count == limit.values.count) }
      #expect(throws: QueryFailure.self) {
        try ask("parameter", ABIWriter.encode("/supply"), as: Parameters.Facts.self)
      }
    }
  }
}
