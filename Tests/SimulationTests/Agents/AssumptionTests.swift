import Primitives
import Testing

@testable import Simulation

/// Assumption files: what they may say, and what is answered to everything else.
@Suite struct AssumptionTests {
  private func failure(_ text: String) -> String? {
    do throws(AssumptionFailure) {
      _ = try Assumptions(text: text, decimals: 4)
      return nil
    } catch {
      return error.text
    }
  }

  @Test func everyNameIsRead() throws {
    for assumption in Assumption.allCases {
      let fact = assumption.fact
      #expect(fact.bounds.contains(fact.standard))
      #expect(!fact.unit.isEmpty && fact.meaning.hasSuffix("."))
      let value = fact.standard == fact.bounds.lowerBound ? fact.standard : fact.standard - 1
      let read = try Assumptions(text: "{\"\(fact.name)\": \(value)}", decimals: 4)
      #expect(read[assumption] == value)
    }
    let names = Assumption.allCases.map(\.fact.name)
    #expect(Set(names).count == names.count)
  }

  @Test func theVolumeIsInTokens() throws {
    let read = try Assumptions(
      text: "// payments\n{\"volumeADay\": \"35000.25\", \"volumeGrowth\": 0}", decimals: 4)
    #expect(read.volumeADay == Amount(350_002_500))
    #expect(read[.volumeGrowth] == 0)
  }

  @Test(arguments: [
    ("", "no JSON"), ("[]", "no object"), ("{\"stackers\": 1}", "nobody assumes \"stackers\""),
    ("{\"stakers\": 10001}", "0 to 10000"), ("{\"stakers\": \"all\"}", "whole number"),
    ("{\"stakers\": 1.5}", "whole number"), ("{\"stakers\": -1}", "whole number"),
    ("{\"decisionDays\": 0}", "1 to 365"),
    ("{\"volumeADay\": 7}", "tokens as text"), ("{\"volumeADay\": \"0.00001\"}", "4 places"),
    ("{\"stakers\": 9000, \"sellers\": 9000}", "more than 10000 together"),
    ("{\"requiredLow\": 900, \"requiredHigh\": 100}", "exchange them"),
  ])
  func whatIsWrongIsSaid(_ text: String, _ part: String) {
    #expect(failure(text)?.contains(part) == true, "\(failure(text) ?? "accepted")")
  }

  @Test func hostileBytesAreAnswered() {
    var generator = Generator(seed: 20_260_131)
    let sound = "{\"stakers\": 2500, \"volumeADay\": \"35000\", \"payments\": 1}"
    for _ in 0..<4_000 {
      var bytes = Array(sound.utf8)
      for _ in 0..<1 + generator.below(4) {
        bytes[generator.below(bytes.count)] = UInt8(truncatingIfNeeded: generator.next())
      }
      if generator.chance(oneIn: 4) { bytes.removeLast(generator.below(bytes.count)) }
      let text = String(decoding: bytes, as: UTF8.self)
      if let failure = failure(text) { #expect(!failure.isEmpty) }
    }
  }
}
