import Primitives
import Simulation
import Testing

@testable import Storage

@Suite struct JournalSurveyTests {
  private let settings = JournalSettings.test()

  private func survey(
    _ disk: SimulatedDisk
  ) throws -> (JournalSurvey, records: [JournalRecord], segments: [String: [UInt8]]) {
    var records: [JournalRecord] = []
    var segments: [String: [UInt8]] = [:]
    var surveyor = JournalSurveyor(disk, network: settings.identity)
    let found = try surveyor.run { (step) throws(StorageFailure) in
      switch step {
      case .start: break
      case .block(let record): records.append(record)
      case .end(let segment): segments[segment.file] = segment.bytes
      }
    }
    return (found, records, segments)
  }

  @Test("A survey finds what recovery finds, closed or killed, and changes nothing")
  func sameAsRecovery() throws {
    for closed in [true, false] {
      let disk = try built(60, closed: closed)
      let calls = disk.calls
      let (found, records, segments) = try survey(disk)
      #expect(disk.calls == calls && disk.openFiles == 0)
      #expect(found.begins == 1 && found.height == 60 && found.records == 60)
      #expect(found.segments == segments.count && found.segments > 3 && found.unfinished == nil)
      #expect(found.last == Blocks.payload(60))
      #expect(Recovered(records: records).isExact)
      for (name, bytes) in segments { #expect(bytes == disk.contents(name)) }
    }
  }

  @Test("A torn tail is told and zeroed in the copy; damage below the watermark is refused")
  func tornAndDamaged() throws {
    let disk = try built(30, closed: false)
    let name = try #require(disk.names.last { $0.hasSuffix(".seg") })
    let bytes = disk.contents(name)
    let end = try #require(endOfContent(bytes, from: 512))
    var torn = bytes
    torn[end + 8] = 7
    disk.put(name, torn)
    let (found, _, segments) = try survey(disk)
    #expect(found.unfinished?.file == name && found.height == 30)
    #expect(segments[name] == bytes)
    let first = try #require(disk.names.first { $0.hasSuffix(".seg") })
    let sound = disk.contents(first)
    for offset in stride(from: 0, to: 700, by: 9) {
      var damaged = sound
      damaged[offset] ^= 0x10
      disk.put(first, damaged)
      let failure = try failure { _ = try survey(disk) }
      #expect(failure != nil, "byte \(offset)")
      #expect(failure?.file == first || failure?.kind == .wrongNetwork, "byte \(offset)")
    }
    disk.put(first, Array(sound.dropLast()))
    #expect(try failure { _ = try survey(disk) }?.kind == .damaged)
    disk.delete(first)
    #expect(try survey(disk).0.begins > 1)
  }

  @Test("Random bytes anywhere never crash a survey", arguments: 0..<4 as Range<UInt64>)
  func hostile(seed: UInt64) throws {
    var generator = Generator(seed: seed)
    let disk = try built(20, closed: seed % 2 == 0)
    let names = disk.names.filter { $0.hasSuffix(".seg") }
    for _ in 0..<60 {
      let name = names[Int.random(in: 0..<names.count, using: &generator)]
      let sound = disk.contents(name)
      var bytes = sound
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
      }
      disk.put(name, bytes)
      // A change in the last record or behind it is a torn tail; whatever else is refused.
      let height = (try? survey(disk))?.0.height ?? 20
      #expect(height <= 20)
      disk.put(name, sound)
    }
  }
}
