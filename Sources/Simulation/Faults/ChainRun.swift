internal import Economy
internal import Engine
internal import Ledger
internal import Primitives
internal import Storage

/// A node's life on a simulated disk: the blocks of a record, one after another, as the built-in
/// sequencer makes them, and what its clients were told.
struct ChainRun {
  /// How a life ended.
  enum End: Equatable {
    /// Every block was made.
    case complete
    /// The process has to end, as the node does after a failed flush.
    case stopped(StorageFailure)
  }

  let record: LifeRecord
  /// Headers' hashes by height, of the run that nothing disturbed.
  var hashes: [Digest] = []
  /// Small, so that a short life rolls over segments.
  var segmentBytes: UInt64 = 16_384
  /// A checkpoint after every so many blocks, of which two are kept, with the journal they need; 0
  /// for none.
  var checkpointEvery: UInt64 = 0

  /// The chain at genesis.
  func chain(_ secret: UInt64) -> Chain {
    Chain(genesis: record.genesis, secret: HashSecret(secret, ~secret))
  }

  /// Makes an empty journal.
  func create(_ disk: SimulatedDisk, seed: UInt64) throws(StorageFailure) {
    try Recovery.create(chain(seed), disk: disk, segmentBytes: segmentBytes, salt: seed)
  }

  /// Opens the journal and replays it.
  func open(
    _ disk: SimulatedDisk, _ chain: Chain, seed: UInt64
  ) throws(ReplayFailure) -> Machine<SimulatedDisk> {
    try Recovery.open(chain, disk: disk, segmentBytes: segmentBytes, salt: seed) { _ in }
  }

  /// Makes the next block of the record; the segments' thread works when the generator lets it.
  func makeBlock(
    _ machine: inout Machine<SimulatedDisk>, _ generator: inout Generator, on disk: SimulatedDisk
  ) throws(StorageFailure) {
    let height = Int(machine.info().height)
    guard height < record.blocks.count else { return }
    let block = record.blocks[height]
    try machine.reserve(block.transactions)
    try machine.makeBlock(block.transactions, time: block.time)
    if generator.chance(oneIn: 3), let preparer = machine.takePreparer() {
      // Where it fails the engine meets that itself.
      try? preparer.prepare()
    }
    if checkpointEvery > 0, machine.info().height % checkpointEvery == 0 {
      // The node tells of a failure, goes on, and tries the next one.
      try? writeCheckpoint(machine, disk)
    }
  }

  /// What the checkpoints' thread does.
  private func writeCheckpoint(
    _ machine: borrowing Machine<SimulatedDisk>, _ disk: SimulatedDisk
  ) throws(StorageFailure) {
    _ = try machine.writeCheckpoint()
    try Checkpoints.prune(disk, keeping: 2)
    if let oldest = try Checkpoints.list(disk).first {
      try Journal.prune(disk, below: oldest)
    }
  }

  /// What is wrong with a chain that was just opened, where clients know of so many blocks and so
  /// many were begun at most. Equal hashes mean equal transactions, receipts and states.
  func judge(_ chain: Chain, acknowledged: UInt64, begun: UInt64) -> String? {
    let height = chain.head.height
    if height < acknowledged {
      return "\(acknowledged - height) acknowledged blocks are lost: the head is \(height)"
    }
    if height > begun { return "block \(height) was never begun" }
    // A chain that starts from a checkpoint has no blocks before it, but their hashes in the next.
    for place in chain.firstHeight...height where chain.block(place)?.hash != hashes[Int(place)] {
      return "block \(place) differs from the undisturbed run"
    }
    return nil
  }

  /// Goes on for a few blocks and compares each.
  func goOn(
    _ machine: inout Machine<SimulatedDisk>, _ chain: Chain, _ count: Int,
    _ generator: inout Generator, on disk: SimulatedDisk
  ) throws(StorageFailure) -> String? {
    for _ in 0..<count {
      let next = Int(chain.head.height) + 1
      guard next < hashes.count else { return nil }
      try makeBlock(&machine, &generator, on: disk)
      if chain.head.hash != hashes[next] { return "block \(next), made afterwards, differs" }
    }
    return nil
  }
}
