import Cryptography
import Economy
import Engine
import Ledger
import Primitives
import Simulation
import Storage

/// What a chain is made of: transactions, headers, records, blocks, chunks of states.
enum ChainTargets {
  static let all = [transaction, header, record, block, chunk]

  private static let authenticator = Authenticator(chainID: Genuine.record.genesis.chainID)

  private static let transaction = Target(
    "transaction", "signed bytes of types 0, 1 and 2: field by field the same bytes",
    limit: 2_048,
    seeds: { Array(Genuine.transactions.prefix(12)) + TransactionSeeds.all },
    words: { [[0x01], [0x02], [0x03], [0x94], [0xa0], [0xc0], [0x80]] },
    run: { input in
      let decoded: DecodedTransaction
      do throws(TransactionRefusal) {
        decoded = try DecodedTransaction(
          ReceivedTransaction(input), chainID: authenticator.chainID)
      } catch {
        return error.text.isEmpty ? .broken("a refusal says nothing") : .refused
      }
      // A signature that is no curve point is refused here; one that is has a single sender.
      if let one = try? authenticator.authenticate(ReceivedTransaction(input)) {
        if one.sender == .zero { return .broken("nobody sent it") }
      }
      return .same(TransactionSeeds.written(decoded, authenticator.chainID), as: input)
    })

  private static let header = Target(
    "header", "a block header's RLP: the same bytes", limit: 1_024,
    seeds: {
      (0...Genuine.network.chain.head.height).compactMap {
        Genuine.network.chain.block($0)?.header.rlp
      }
    },
    run: { input in
      guard let header = try? BlockHeader(rlp: input, range: 0..<input.count) else {
        return .refused
      }
      return .same(header.rlp, as: input)
    })

  private static let record = Target(
    "record", "a journal record's payload: the same bytes", limit: 8_192,
    seeds: {
      Genuine.record.blocks.prefix(5).enumerated().compactMap { place, block in
        Genuine.network.chain.block(UInt64(place + 1)).map {
          written($0.header, block.transactions.map { ($0.sender, $0.decoded.bytes) })
        }
      }
    },
    run: { input in
      let record: BlockRecord
      do throws(BlockRecordFailure) {
        record = try BlockRecord(input)
      } catch {
        return error.offset > input.count ? .broken("it fails behind its end") : .refused
      }
      return .same(written(record.header, record.transactions), as: input)
    })

  /// The record's form once more, written from its description.
  private static func written(
    _ header: BlockHeader, _ transactions: [(sender: Address, bytes: [UInt8])]
  ) -> [UInt8] {
    func length(_ count: Int) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    }
    let rlp = header.rlp
    return length(rlp.count) + rlp + length(transactions.count)
      + transactions.flatMap { $0.sender.bytes + length($0.bytes.count) + $0.bytes }
  }

  private static let block = Target(
    "block", "a block with its receipts as checkpoints hold it: the same bytes", limit: 16_384,
    seeds: {
      (1...5).compactMap { Genuine.network.chain.block($0) }.map { BlockForm.bytes($0) }
    },
    run: { input in
      guard let block = try? BlockForm.block(input, authenticator: authenticator) else {
        return .refused
      }
      return .same(BlockForm.bytes(block), as: input)
    })

  /// Chunks one after another, each with its length in four bytes.
  private static let chunk = Target(
    "chunk", "a checkpoint's chunks: a state comes out only where its root is the header's",
    limit: 131_072, seeds: { [framed(chunks)] },
    run: { input in
      var reader = StateReader(genesis: Genuine.record.genesis, secret: HashSecret(3, 4))
      let head = Genuine.network.chain.head
      do throws(CheckpointFault) {
        for chunk in unframed(input) { try reader.append(chunk) }
        let state = try reader.finish(header: head.header.rlp, authenticator: authenticator)
        return .unless(state.head.hash != head.hash, "another block bears the same header")
      } catch {
        return .refused
      }
    })

  /// The chunks of the network's checkpoint, decompressed.
  private static var chunks: [[UInt8]] {
    let network = Genuine.network
    guard
      let reader = try? CheckpointReader(
        network.disk, height: network.chain.head.height, network: Genuine.record.genesis.identity)
    else { return [] }
    return reader.manifest.chunks.indices.compactMap { try? reader.chunk($0) }
  }

  private static func framed(_ chunks: [[UInt8]]) -> [UInt8] {
    chunks.flatMap { chunk in
      (0..<4).map { UInt8(truncatingIfNeeded: chunk.count >> (8 * $0)) } + chunk
    }
  }

  private static func unframed(_ input: [UInt8]) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var place = 0
    while place + 4 <= input.count {
      let count = input[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
      let end = min(input.count, place + 4 + min(count, input.count))
      chunks.append(Array(input[place + 4..<end]))
      place = end
    }
    return chunks
  }
}

/// Transactions of the types that the record has none of, and the writer of all.
enum TransactionSeeds {
  /// Types 0, 1 and 2 with a signature of nobody, which a decoder must take all the same.
  static var all: [[UInt8]] {
    let chainID = Genuine.record.genesis.chainID
    let to = SystemAddress.module(1)
    let signature = Signature(r: Word(5), s: Word(6), parity: 1)
    return ([0, 1, 2] as [UInt8]).map { type in
      var list = RLPWriter()
      list.list { entry in
        entry.append(address: to)
        entry.list { $0.append(digest: .zero) }
      }
      var access = RLPWriter()
      access.append(list: list)
      return written(
        type, chainID, nonce: 3, tip: type == 2 ? 1 : 9, maximum: 9, gas: 60_000, to: to,
        value: 1, data: [0xa9, 0x05, 0x9c, 0xbb], accessList: type == 0 ? [] : access.bytes,
        signature)
    }
  }

  static func written(_ one: DecodedTransaction, _ chainID: UInt64) -> [UInt8] {
    written(
      one.type, chainID, nonce: one.nonce, tip: one.tip, maximum: one.maximumPrice,
      gas: one.gasLimit, to: one.to, value: one.value, data: one.bytes[one.data],
      accessList: one.bytes[one.accessList], one.signature)
  }

  private static func written(
    _ type: UInt8, _ chainID: UInt64, nonce: UInt64, tip: UInt128, maximum: UInt128,
    gas: UInt64, to: Address?, value: UInt128, data: some Collection<UInt8>,
    accessList: some Collection<UInt8>, _ signature: Signature
  ) -> [UInt8] {
    var body = RLPWriter()
    if type != 0 { body.append(integer: UInt128(chainID)) }
    body.append(integer: UInt128(nonce))
    if type == 2 { body.append(integer: tip) }
    body.append(integer: maximum)
    body.append(integer: UInt128(gas))
    body.append(address: to)
    body.append(integer: value)
    body.append(bytes: data)
    if type != 0 { body.append(encoded: Array(accessList)[...]) }
    let parity = UInt128(signature.parity)
    body.append(integer: type == 0 ? 35 + 2 * UInt128(chainID) + parity : parity)
    body.append(word: signature.r)
    body.append(word: signature.s)
    var whole = RLPWriter()
    whole.append(list: body)
    return type == 0 ? whole.bytes : [type] + whole.bytes
  }
}
