package import Economy
package import Ledger
internal import Primitives
internal import Storage
internal import Synchronization

/// What stands in a checkpoint's chunks, each of which can be read without the others: the head's
/// block in pieces, then the tables' rows in ascending order of tables, then the contents.
///
/// A chunk begins with its kind (1). Block: the next bytes of `BlockForm`. Rows: table (1), words
/// of a row (4), rows of the table (8), first row (8), rows. Contents: first row (8), then each
/// with length (4) and bytes.
enum StateForm {
  enum Kind: UInt8 {
    case block = 1
    case rows = 2
    case contents = 3
  }

  /// Where a chunk is closed: enough for the compressor, little enough for two processors to share.
  static let chunkBytes = 1 << 20

  /// Hands out the chunks one after the other.
  static func write<Failure: Error>(
    _ block: Block, _ image: StateImage, chunkBytes: Int = chunkBytes,
    _ chunk: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let bytes = BlockForm.bytes(block)
    for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
      try chunk([Kind.block.rawValue] + bytes[start..<min(bytes.count, start + chunkBytes)])
    }
    for table in image.tables { try write(table, chunkBytes, chunk) }
    var place = 0
    while place < image.contents.count {
      var open: [UInt8] = [Kind.contents.rawValue]
      UInt64(place).appendLittleEndian(to: &open)
      repeat {
        UInt32(image.contents[place].count).appendLittleEndian(to: &open)
        open.append(contentsOf: image.contents[place])
        place += 1
      } while place < image.contents.count && open.count < chunkBytes
      try chunk(open)
    }
  }

  private static func write<Failure: Error>(
    _ table: TableImage, _ chunkBytes: Int, _ chunk: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var page = 0
    var row = 0
    repeat {
      var open: [UInt8] = []
      open.reserveCapacity(2 * chunkBytes)
      open.append(Kind.rows.rawValue)
      open.append(table.table)
      UInt32(table.wordCount).appendLittleEndian(to: &open)
      UInt64(table.count).appendLittleEndian(to: &open)
      UInt64(row).appendLittleEndian(to: &open)
      while page < table.pageCount, open.count < chunkBytes {
        let bytes = table.bytes(ofPage: page)
        open.append(contentsOf: bytes)
        row += bytes.count / (8 * max(1, table.wordCount))
        page += 1
      }
      try chunk(open)
    } while page < table.pageCount
  }
}

/// Makes a block and a state out of a checkpoint's chunks. Whatever they hold, it answers or
/// refuses; whether the state is the right one, its root tells.
package struct StateReader: ~Copyable {
  private var loader: StateLoader
  private var block: [UInt8] = []
  private var kind = StateForm.Kind.block
  /// The table being read, and how many of its rows have been.
  private var table: (number: UInt8, words: Int, count: UInt64, rows: UInt64)?
  private var contents: UInt64 = 0

  package init(genesis: Genesis, secret: HashSecret) {
    loader = StateLoader(genesis: genesis, secret: secret)
  }

  package mutating func append(_ chunk: [UInt8]) throws(CheckpointFault) {
    do throws(BlockRecordFailure) {
      var reader = FormReader(chunk)
      guard let found = StateForm.Kind(rawValue: try reader.number8()) else {
        throw reader.failure("an unknown kind of chunk")
      }
      guard found.rawValue >= kind.rawValue else {
        throw reader.failure("a chunk out of order")
      }
      kind = found
      switch found {
      case .block:
        guard block.count + chunk.count <= Limits.journalRecordBytes * 4 else {
          throw reader.failure("a block beyond all limits")
        }
        block.append(contentsOf: reader.rest())
        return
      case .rows: try rows(&reader)
      case .contents: try content(&reader)
      }
    } catch {
      throw .content("\(error.reason), at byte \(error.offset) of a chunk")
    }
    if let refused {
      throw .content(refused.text)
    }
  }

  /// What the loader had against the chunk.
  private var refused: ImageFailure?

  private mutating func rows(_ reader: inout FormReader) throws(BlockRecordFailure) {
    let number = try reader.number8()
    let words = Int(try reader.number32())
    let count = try reader.number64()
    let first = try reader.number64()
    guard (1...1_024).contains(words), count <= UInt64(UInt32.max) else {
      throw reader.failure("table \(number) has \(count) rows of \(words) words")
    }
    let isNew = first == 0 && table?.number != number
    if isNew {
      try finishTable(reader)
      table = (number, words, count, 0)
      refuse { (loader) throws(ImageFailure) in
        try loader.begin(table: number, wordCount: words, count: Int(count))
      }
    }
    guard let open = table, open.number == number, open.words == words, open.count == count,
      open.rows == first
    else { throw reader.failure("rows of table \(number) out of order") }
    let bytes = reader.rest()
    guard bytes.count % (8 * words) == 0 else { throw reader.failure("a row is cut") }
    if bytes.isEmpty {
      guard isNew, count == 0 else { throw reader.failure("no rows of table \(number)") }
      return
    }
    table?.rows += UInt64(bytes.count / (8 * words))
    refuse { (loader) throws(ImageFailure) in try loader.append(bytes) }
  }

  private func finishTable(_ reader: FormReader) throws(BlockRecordFailure) {
    guard let table, table.rows != table.count else { return }
    throw reader.failure("table \(table.number) ends at row \(table.rows) of \(table.count)")
  }

  private mutating func content(_ reader: inout FormReader) throws(BlockRecordFailure) {
    try finishTable(reader)
    guard try reader.number64() == contents else {
      throw reader.failure("contents out of order")
    }
    while !reader.isAtEnd {
      let range = try reader.take(Int(try reader.number32()))
      let bytes = Array(reader.bytes[range])
      contents += 1
      refuse { (loader) throws(ImageFailure) in try loader.append(content: bytes) }
    }
  }

  private mutating func refuse(
    _ body: (inout StateLoader) throws(ImageFailure) -> Void
  ) {
    guard refused == nil else { return }
    do throws(ImageFailure) {
      try body(&loader)
    } catch {
      refused = error
    }
  }

  /// The block and the state, each whole: the block as its header's roots say, the state as its
  /// header's state root says.
  package consuming func finish(
    header: [UInt8], authenticator: Authenticator
  ) throws(CheckpointFault) -> LoadedState {
    do throws(BlockRecordFailure) {
      try finishTable(FormReader([]))
      let head = try BlockForm.block(block, authenticator: authenticator)
      guard head.header.rlp == header else {
        throw BlockRecordFailure(offset: 0, reason: "the block is not the one of the front")
      }
      var state: EconomyState
      do throws(ImageFailure) {
        state = try loader.finish()
      } catch {
        throw BlockRecordFailure(offset: 0, reason: error.text)
      }
      guard state.stateRoot() == head.header.stateRoot else {
        throw BlockRecordFailure(
          offset: 0, reason: "the state's root is not the one that the header says")
      }
      return LoadedState(head: head, state: StateBox(state))
    } catch {
      throw .content(error.reason)
    }
  }
}

/// The state after a block, on its way to a chain.
package struct LoadedState: Sendable {
  package let head: Block
  let state: StateBox
}

/// Holds a state that nobody works with until one takes it.
final class StateBox: @unchecked Sendable {
  // Unchecked: a state cannot be copied, so whoever takes it is the only one to have it.
  private nonisolated(unsafe) var state: EconomyState?
  private let isHere = Atomic(true)

  init(_ state: consuming EconomyState) { self.state = .some(consume state) }

  /// The state, the first time.
  func take() -> sending EconomyState? {
    guard isHere.exchange(false, ordering: .acquiringAndReleasing) else { return nil }
    let state = state.take()
    return state
  }
}
