import Economy
import Engine
import Ledger
import Primitives
import Storage

/// A journal of transfers whose senders are known, made once.
final class TransferJournal {
  let population: Population
  let disk: RealDisk
  let transfers: Int
  /// Exact bytes of all blocks' records.
  let recordBytes: UInt64

  init(
    _ population: Population, kind: TransactionForm.Kind, transfers: Int, folder: String
  ) throws {
    self.population = population
    self.transfers = transfers
    let engine = try DurableChain(population.genesis, folder: folder)
    disk = engine.disk
    let form = TransactionForm(population.genesis, kind)
    var feed = Feed(population, senders: population.addresses.count)
    var left = transfers
    while left > 0 {
      let count = min(left, DurableChain.blockTransactions)
      let batch = try (0..<count).map { _ in
        let intent = feed.random()
        return try engine.chain.authenticator.trust(
          form.unsigned(intent), sender: population.addresses[intent.sender])
      }
      try engine.makeBlock(batch)
      left -= count
    }
    try engine.close()
    let reader = JournalReader(
      disk,
      JournalSettings(
        identity: population.genesis.identity, previousDigest: engine.chain.genesisHash))
    var digest = Digest.zero
    recordBytes = try reader.walk { record in
      digest = try BlockRecord(record.payload).header.hash
      return digest
    }.recordBytes
  }
}

/// Bytes that a transfer takes in the journal: the same in every run, so it is not repeated.
final class JournalBytesCase: BenchCase {
  let name: String
  let unit = "bytes/transfer"
  let note: String
  private let journal: TransferJournal

  init(_ journal: TransferJournal, label: String, note: String) {
    self.journal = journal
    name = "journal.bytes.\(label)"
    self.note = note
  }

  func measure() throws -> Sample {
    Sample(
      value: Double(journal.recordBytes) / Double(journal.transfers), count: journal.transfers)
  }
}

/// From nothing to a node that may answer: genesis, then replay of the whole journal.
final class RestartCase: BenchCase {
  let name = "restart.seconds"
  let unit = "s"
  let note: String
  private let journal: TransferJournal
  /// Transfers a second of the last run's replay alone.
  private(set) var replayRate = 0.0

  init(_ journal: TransferJournal, accounts: String) {
    self.journal = journal
    note =
      "start of a node over a journal of \(Decimal.grouped(Double(journal.transfers))) "
      + "transfers, \(accounts) accounts"
  }

  func measure() throws -> Sample {
    let start = now()
    let chain = Chain(genesis: journal.population.genesis, secret: HashSecret(1, 2))
    let opened = now()
    let machine = try Recovery.open(chain, disk: journal.disk) { _ in }
    let end = now()
    guard machine.recovered.transactions == UInt64(journal.transfers) else {
      throw BenchFailure("replay found \(machine.recovered.transactions) transfers")
    }
    try machine.close()
    replayRate = Double(journal.transfers) / (end - opened)
    return Sample(value: end - start, count: journal.transfers)
  }
}

/// The replay within the restart of the same round.
final class ReplayCase: BenchCase {
  let name = "restart.replay"
  let unit = "transfers/s"
  let note = "replay of that journal, without signature checks"
  private let restart: RestartCase
  private let count: Int

  init(_ restart: RestartCase, count: Int) {
    self.restart = restart
    self.count = count
  }

  func measure() throws -> Sample { Sample(value: restart.replayRate, count: count) }
}
