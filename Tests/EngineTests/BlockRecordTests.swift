import Cryptography
import Primitives
import Simulation
import Storage
import Testing

@testable import Engine

@Suite struct BlockRecordTests {
  private static func sample(_ count: Int) throws -> [UInt8] {
    let transactions = try (0..<count).map {
      try Fixture.authentic(Fixture.transfer($0 % 8, nonce: 0, to: 1, UInt128($0)))
    }
    return BlockRecord.payload(Fixture.chain().head.header, transactions)
  }

  private static func read(_ payload: [UInt8]) -> BlockRecord? {
    try? BlockRecord(payload)
  }

  @Test func readsWhatItWrote() throws {
    let bytes = (0..<3).map { Fixture.transfer($0, nonce: UInt64($0), to: 7, 5) }
    let header = Fixture.chain().head.header
    let record = try BlockRecord(
      BlockRecord.payload(header, try bytes.map { try Fixture.authentic($0) }))
    #expect(record.header == header)
    #expect(record.transactions.map(\.bytes) == bytes)
    #expect(record.transactions.map(\.sender) == Fixture.members.prefix(3).map(\.address))
    #expect(Self.read(try Self.sample(0))?.transactions.isEmpty == true)
  }

  @Test func everyCutAndExcessIsRefused() throws {
    let sample = try Self.sample(2)
    for count in 0..<sample.count { #expect(Self.read(Array(sample.prefix(count))) == nil) }
    #expect(Self.read(sample + [0]) == nil)
  }

  /// Lengths up to the largest are refused before anything is allocated for them.
  @Test func absurdLengthsAreRefused() throws {
    let sample = try Self.sample(1)
    let header = Int(sample[0]) | Int(sample[1]) << 8
    for place in [0, 4 + header, 4 + header + 4 + 20] {
      for length in [[0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0x80], [0xff, 0xff, 0xff, 0x7f]]
        as [[UInt8]]
      {
        var bytes = sample
        bytes.replaceSubrange(place..<place + 4, with: length)
        #expect(Self.read(bytes) == nil)
      }
    }
    var many = Array(sample.prefix(4 + header))
    UInt32(Limits.blockTransactions + 1).appendLittleEndian(to: &many)
    #expect(throws: BlockRecordFailure.self) { try BlockRecord(many) }
  }

  @Test func mutationsNeverTrapAndHaveOneForm() throws {
    let sample = try Self.sample(3)
    var generator = SeededGenerator(6)
    for _ in 0..<8_000 {
      let bytes = generator.mutate(sample)
      guard let record = Self.read(bytes) else { continue }
      let length = record.transactions.reduce(8 + record.header.rlp.count) {
        $0 + BlockRecord.transactionOverhead + $1.bytes.count
      }
      #expect(length == bytes.count)
    }
  }

  /// What a transfer costs on the disk. A block takes its header and 40 bytes, a transaction its
  /// own bytes and 24, and the whole is padded to eight.
  @Test(
    arguments: [
      // type, transactions, bytes of one, bytes of the record
      (0 as UInt8, 1, 115, 696), (0, 100, 115, 14_456), (2, 1, 119, 704), (2, 100, 119, 14_856),
      (9, 1, 180, 760), (9, 100, 180, 20_960),
    ])
  func journalBytesOfTransfers(type: UInt8, count: Int, each: Int, record: Int) throws {
    // Type 9 stands for the token's own transfer in a transaction of type 2.
    let draft =
      type == 9
      ? Draft(
        nonce: 1_000, gas: 40_000, to: Fixture.token,
        data: Fixture.transferData(Fixture.members[1].address, 12_345))
      : Draft(type: type, nonce: 1_000, value: 12_345 * Fixture.unit)
    let transaction = try Fixture.authentic(draft.signed(by: Fixture.members[0]))
    #expect(transaction.decoded.bytes.count == each)
    let header = BlockHeader(
      parentHash: .zero, stateRoot: .zero, transactionsRoot: .zero, receiptsRoot: .zero,
      bloom: Bloom(), number: 1_000_000, gasLimit: 1_000_000_000, gasUsed: 2_100_000,
      timestamp: Fixture.start, extraData: [], baseFee: Fixture.price)
    let payload = BlockRecord.payload(
      header, [AuthenticTransaction](repeating: transaction, count: count))
    #expect(payload.count == header.rlp.count + 8 + count * (24 + each))
    #expect(Journal<SimulatedDisk>.recordBytes(payload: payload.count) == record)
  }
}
